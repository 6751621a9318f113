// `libsts/element`: registers `<sts-check>`, with the module fetched from beside this file.

import * as check from "./check.js";
import { define } from "./define.js";

export * from "./define.js";

define(check);
