// `libsts/element`: importing it registers `<sts-check>`.

export * from "./define.js";
