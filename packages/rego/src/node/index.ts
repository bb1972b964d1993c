export { builtinNames, loadBuiltins, nodeBuiltinNames } from "./load-builtins.ts";
