import * as slim from "/libsts/slim.js";
import { define } from "/libsts/element-define.js";

// Before the element is defined, as a framework may do it.
const element = document.querySelector("sts-check");
element.settings = {
  ambiente: "test",
  profile: { categoria: "psicologo", pIva: "99904019991", cfProprietario: "FNZLGO84B69X999F" },
};
element.now = Date.parse("2026-11-23T10:00:00Z");
define(slim, fetch("/libsts/sts.wasm"));
