export { MemoryStore } from "libsts";
export { checkStore } from "libsts/testing";
