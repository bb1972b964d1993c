import type { BinaryOperator, UnaryOperator } from "./operators.ts";
import type { Place } from "./place.ts";

/** What an expression is made of and yields: truth values, integers of 64 bits, texts. */
export type Value = boolean | bigint | string;

/** The type of a value, as messages name it. */
export type ValueType = "bool" | "i64" | "string";

/**
 * A parsed expression. Operators of one precedence stand side by side in a chain, which is evaluated from left to
 * right: depth comes from nesting alone, not from length.
 */
export type Expression =
  | { readonly kind: "literal"; readonly value: Value; readonly place: Place }
  | { readonly kind: "variable"; readonly name: string; readonly place: Place }
  | {
      readonly kind: "call";
      readonly member: string;
      readonly parameters: readonly Expression[];
      readonly place: Place;
    }
  | {
      readonly kind: "unary";
      readonly operator: UnaryOperator;
      readonly operand: Expression;
      readonly place: Place;
    }
  | {
      readonly kind: "chain";
      readonly first: Expression;
      readonly rest: readonly ChainLink[];
      readonly place: Place;
    };

/** An operator and what stands to its right; `place` is that of the operator. */
export interface ChainLink {
  readonly operator: BinaryOperator;
  readonly operand: Expression;
  readonly place: Place;
}

export function typeOf(value: Value): ValueType {
  switch (typeof value) {
    case "boolean":
      return "bool";
    case "bigint":
      return "i64";
    default:
      return "string";
  }
}
