/** A whole number of 64 bits as OPA reads one: digits, and maybe zeros behind a point. */
export function decimalInteger(text: string): bigint | undefined {
  const [, digits] = /^([+-]?\d{1,19})(?:\.0*)?$/.exec(text) ?? [];
  if (digits === undefined || text.replace(/^[+-]/, "").length > 19) return undefined;
  const value = BigInt(digits);
  return BigInt.asIntN(64, value) === value ? value : undefined;
}
