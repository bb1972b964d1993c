export type { Builtin, BuiltinContext, BuiltinTable } from "./core/builtin.ts";
export {
  compareValues,
  isArray,
  isNumber,
  isObject,
  isSet,
  kindOf,
  numberOf,
  objectOf,
  type RegoEntry,
  type RegoKind,
  type RegoNumber,
  type RegoObject,
  type RegoSet,
  type RegoValue,
  setOf,
} from "./core/value.ts";
export { formatValue, parseValue } from "./core/value-text.ts";
export { BuiltinError, RegoError, type RegoErrorCode } from "./errors.ts";
