import type { RegoValue } from "./value.ts";

/** What a built-in function reaches besides its operands; one for each evaluation. */
export interface BuiltinContext {
  /** Nanoseconds since 1970: the same for all calls of one evaluation. */
  readonly nowNs: bigint;
  fillRandom(bytes: Uint8Array): void;
  /** Takes what `print` and `trace` write. */
  print(text: string): void;
  /** Lives as long as the evaluation: calls with equal operands that must have equal results are kept here. */
  readonly memo: Map<string, RegoValue>;
  /** Bytes, characters or items that one result may have; more is a BuiltinError. */
  readonly maxResultSize: number;
}

/**
 * A function that OPA's WebAssembly target leaves to its host. Operands are already evaluated, in OPA's order.
 * @returns `undefined` when the call has no result
 * @throws {BuiltinError} for operands it cannot use: the call has no result either
 */
export type Builtin = (operands: readonly RegoValue[], context: BuiltinContext) => RegoValue | undefined;

/** Functions by their Rego names. */
export type BuiltinTable = Readonly<Record<string, Builtin>>;
