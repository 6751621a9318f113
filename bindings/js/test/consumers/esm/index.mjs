import { Sts, init } from "libsts";
import { Sts as Small, init as initSmall } from "libsts/check";
import { MemoryStore, checkStore } from "./both.mjs";

await Promise.all([init(), initSmall()]);
await checkStore(() => new MemoryStore());
console.log(Sts.partitaIva("99900011000").valid && Small.explain("S017").kind === "already_present");
