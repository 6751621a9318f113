/** What the entries for pages offer: the questions alone, over the small module. */
import * as glue from "../wasm/check.js";
import { type Glue, Instance } from "./instance.js";
import { questions } from "./questions.js";

/** The instance of the small module. */
export const small: Instance<Glue> = new Instance<Glue>(glue);

/** Questions that need no engine, no store and no network. `init` comes first. */
export const Sts = questions(small);
