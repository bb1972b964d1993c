export { loadBuiltins, nodeBuiltinNames } from "./load-builtins.ts";
