export { builtinNames, loadBuiltins } from "./load-builtins.ts";
