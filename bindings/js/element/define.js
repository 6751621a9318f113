// `libsts/element/define`: `<sts-check>` for a host that loads the module its own way.

import { StsCheck } from "./element.js";
import { StsReason } from "./reason.js";

export { StsCheck, StsReason };

/**
 * Registers the element with what answers its questions, and prepares that at once.
 *
 * @param entry `libsts/check` or `libsts/slim`, of which `init` and `Sts` are used.
 * @param source what `init` is called with: the module, or where it comes from.
 */
export function define({ init, Sts }, source) {
  StsCheck.sts = Sts;
  StsCheck.init = () => init(source);
  // Every element on the page tells of a failure; without one nobody is waiting.
  StsCheck.init().catch(() => {});
  customElements.define("sts-reason", StsReason);
  customElements.define("sts-check", StsCheck);
}
