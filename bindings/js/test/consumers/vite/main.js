import { Sts, init } from "libsts/check";

await init();
document.title = Sts.partitaIva("99900011000").valid ? "valid" : "not valid";
