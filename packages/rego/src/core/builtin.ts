import { RegoError } from "../errors.ts";
import type { RegoValue } from "./value.ts";

/** What a built-in function reaches besides its operands; one for each evaluation. */
export interface BuiltinContext {
  /** Nanoseconds since 1970: the same for all calls of one evaluation. */
  readonly nowNs: bigint;
  fillRandom(bytes: Uint8Array): void;
  /** Takes what `print` and `trace` write. */
  print(text: string): void;
  /** Lives as long as the evaluation: results that must be the same for equal operands are kept here. */
  readonly memo: Map<string, RegoValue>;
  /** Characters or items that one result may have: see {@link checkSize}. */
  readonly maxResultSize: number;
}

/**
 * A function that OPA's WebAssembly target leaves to its host. Operands are already evaluated, in OPA's order.
 * @returns `undefined` when the call has no result
 * @throws {BuiltinError} for operands it cannot use: the call has no result either
 * @throws {RegoError} `REGO_LIMIT`, `REGO_OUTPUT_LIMIT`; this and any other error ends the evaluation, since a rule that is undefined for lack of
 *   room would let pass what it is to deny
 */
export type Builtin = (operands: readonly RegoValue[], context: BuiltinContext) => RegoValue | undefined;

/** Functions by their Rego names. */
export type BuiltinTable = Readonly<Record<string, Builtin>>;

/**
 * Checks the size of a result before it is made.
 * @param size - characters of a string, items of a collection
 * @throws {RegoError} `REGO_OUTPUT_LIMIT`
 */
export function checkSize(
  size: number | bigint,
  { maxResultSize }: Pick<BuiltinContext, "maxResultSize">,
): void {
  if (size <= maxResultSize) return;
  throw new RegoError(`the result of a built-in function is larger than ${maxResultSize}`, {
    code: "REGO_OUTPUT_LIMIT",
  });
}
