/** What the suffixes of a quantity multiply by, as `[base, exponent]`. */
const suffixes: Readonly<Record<string, readonly [bigint, number]>> = {
  n: [10n, -9],
  u: [10n, -6],
  m: [10n, -3],
  "": [10n, 0],
  k: [10n, 3],
  M: [10n, 6],
  G: [10n, 9],
  T: [10n, 12],
  P: [10n, 15],
  E: [10n, 18],
  Ki: [2n, 10],
  Mi: [2n, 20],
  Gi: [2n, 30],
  Ti: [2n, 40],
  Pi: [2n, 50],
  Ei: [2n, 60],
};

const quantity = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,3})|([numkMGTPE]|[KMGTPE]i)?)$/;

/**
 * The amount that a Kubernetes quantity stands for, in the same text for the same amount: the API server writes `1000m`
 * as `1`, and `1024Mi` as `1Gi`. Fractions of a billionth are rounded up, as there.
 * @returns `undefined` for what is no quantity
 * @example canonicalQuantity("1000m") === canonicalQuantity(1) // true
 */
export function canonicalQuantity(value: unknown): string | undefined {
  if (typeof value !== "string" && typeof value !== "number") return undefined;
  const match = quantity.exec(String(value));
  if (match === null) return undefined;
  const [, sign, whole = "", fraction = "", exponent, suffix = ""] = match;
  if (whole === "" && fraction === "") return undefined;
  const [base, power] = exponent === undefined ? suffixes[suffix]! : ([10n, Number(exponent)] as const);
  const nano = scaled(BigInt(whole + fraction), fraction.length, base, power);
  return String(sign === "-" ? -nano : nano);
}

/** digits / 10^decimals · base^power, in billionths. */
function scaled(digits: bigint, decimals: number, base: bigint, power: number): bigint {
  const factor = base ** BigInt(Math.abs(power));
  const numerator = digits * 10n ** 9n * (power >= 0 ? factor : 1n);
  const denominator = 10n ** BigInt(decimals) * (power < 0 ? factor : 1n);
  return (numerator + denominator - 1n) / denominator;
}
