export { type Builtin, type BuiltinContext, type BuiltinTable, checkSize } from "./core/builtin.ts";
export { type BuiltinFamily, coreFamilies } from "./core/builtins/families.ts";
export {
  describeOpaModule,
  evaluateOpa,
  loadData,
  missingOpaExports,
  type OpaModule,
  resolveBuiltins,
} from "./core/opa-evaluation.ts";
export { type OpaState, opaImports } from "./core/opa-imports.ts";
export type { OpaInstance, ValueAddress } from "./core/opa-instance.ts";
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
