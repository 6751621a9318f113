// A host's program as far as its types go: types.test.mjs compiles it and runs nothing of it.

import * as check from "libsts/check";
import { define, type Judged, type StsCheck } from "libsts/element/define";
import * as slim from "libsts/slim";
import "libsts/element";

define(check);
define(slim, fetch("/sts.wasm"));

const element: StsCheck = document.createElement("sts-check");
element.settings = { categoria: "psicologo", pIva: "99904019991" };
element.base = { id: "7" };
element.now = null;
element.convert = (path, _control, value) =>
  path === "numDocumento" ? `A-${String(value)}` : value;
element.addEventListener("sts-judged", ({ detail }) => {
  const { judgement, invoice }: Judged = detail;
  if (judgement.verdict === "send") element.dataset["id"] = invoice.id;
});
element.invoice = { id: "1", stato: "annullata" };
// @ts-expect-error: a category that is none
element.settings = { categoria: "dentista", pIva: "99904019991" };
// @ts-expect-error: an answer is not for writing
element.judgement = null;
