import { BuiltinError, RegoError } from "../errors.ts";
import type { Builtin, BuiltinContext } from "./builtin.ts";
import { dumpText, hasOpaFunction, loadText, type OpaInstance, readText } from "./opa-instance.ts";
import { formatValue, parseValue } from "./value-text.ts";

/** What the imports of one instance work on. */
export interface OpaState {
  readonly instance: OpaInstance;
  /** Functions by the number that the module calls them by. */
  builtins: readonly (Builtin | undefined)[];
  /** Of the evaluation under way. */
  context: BuiltinContext;
  /** Takes why a call of a built-in function had no result. */
  onBuiltinError(error: BuiltinError): void;
}

/**
 * The functions of the import module `env` (policy-runtime 4.1); memory is the host's to add.
 * @param state - asked at each call, never while the imports are made
 */
export function opaImports(state: () => OpaState) {
  const call = (id: number, ...operands: number[]): number => callBuiltin(state(), id, operands);
  return {
    opa_abort(address: number): void {
      throw new RegoError(`opa_abort: ${readText(state().instance, address)}`, {
        code: "REGO_EVALUATION_FAILED",
      });
    },
    opa_println(address: number): void {
      const { instance, context } = state();
      context.print(readText(instance, address));
    },
    opa_builtin0: (id: number, _ctx: number): number => call(id),
    opa_builtin1: (id: number, _ctx: number, a: number): number => call(id, a),
    opa_builtin2: (id: number, _ctx: number, a: number, b: number): number => call(id, a, b),
    opa_builtin3: (id: number, _ctx: number, a: number, b: number, c: number): number => call(id, a, b, c),
    opa_builtin4: (id: number, _ctx: number, a: number, b: number, c: number, d: number): number =>
      call(id, a, b, c, d),
  };
}

/** Zero is no value: the rule that called is undefined. */
function callBuiltin(
  { instance, builtins, context, onBuiltinError }: OpaState,
  id: number,
  operands: readonly number[],
): number {
  const builtin = builtins[id];
  if (builtin === undefined) {
    throw new RegoError(`Builtin not implemented: ${id}`, { code: "REGO_EVALUATION_FAILED" });
  }
  const values = operands.map((operand) => parseValue(dumpText(instance, operand >>> 0)));
  try {
    const result = builtin(values, context);
    if (result === undefined) return 0;
    const parse = hasOpaFunction(instance, "opa_value_parse") ? "opa_value_parse" : "opa_json_parse";
    return loadText(instance, formatValue(result), parse);
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error;
    onBuiltinError(error);
    return 0;
  }
}
