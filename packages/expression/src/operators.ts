export type UnaryOperator = "!" | "-";

/** From the loosest to the tightest; operators of a row are left associative among each other (policy-server 6). */
export const precedence = [
  ["||", "^", "|"],
  ["&&", "&"],
  ["==", "!="],
  ["<", "<=", ">", ">="],
  ["+", "-"],
  ["*", "/", "%"],
] as const;

export type BinaryOperator = (typeof precedence)[number][number];

/** The operators of one level. */
export function operatorAt(level: number, text: string): BinaryOperator | undefined {
  return precedence[level]?.find((operator) => operator === text);
}
