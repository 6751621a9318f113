import { Sts, init } from "./node_modules/libsts/dist/check.js";

await init();
document.title = Sts.partitaIva("99900011000").valid ? "valid" : "not valid";
