import { invalidKey } from "./errors.ts";

/** An RSA key with its Chinese remainders (RFC 8017 3.2). */
export interface RsaPrivateKey {
  readonly kind: "rsa";
  readonly modulus: bigint;
  readonly exponent: bigint;
  readonly d: bigint;
  /** Two or more. */
  readonly primes: readonly bigint[];
  readonly remainders: { readonly dp: bigint; readonly dq: bigint; readonly qInverse: bigint };
  /** Of the third prime and those behind it. */
  readonly furtherRemainders: readonly RsaRemainder[];
}

export interface RsaRemainder {
  readonly exponent: bigint;
  readonly coefficient: bigint;
  /** Product of the primes before this one. */
  readonly product: bigint;
}

type RsaNumbers = Pick<RsaPrivateKey, "modulus" | "exponent" | "d" | "primes">;
type Remainders = RsaPrivateKey["remainders"];

/** Larger keys than OpenSSL takes; the arithmetic takes quadratic time. */
const maxBits = 16_384;

/**
 * Checks that the numbers of a key fit together, and works out what is missing.
 * @throws {X509Error} `X509_KEY_INVALID`
 */
export function completeRsaKey(
  key: RsaNumbers,
  given: { readonly [Name in keyof Remainders]: bigint | undefined },
): RsaPrivateKey {
  const { modulus, exponent, d, primes } = key;
  const [p = 0n, q = 0n, ...further] = primes;
  const numbers = [modulus, exponent, d, ...primes, ...Object.values(given).filter((n) => n !== undefined)];
  if (numbers.some((number) => number <= 0n || bitLength(number) > maxBits)) {
    throw invalidKey("a number of an RSA key is out of range");
  }
  const isOdd = (modulus & exponent & 1n) === 1n;
  if (!isOdd || exponent < 2n || exponent >= 2n ** 31n || d >= modulus) {
    throw invalidKey("modulus or exponent of an RSA key is out of range");
  }
  if (primes.some((prime) => prime <= 1n)) throw invalidKey("a prime of an RSA key is out of range");
  const isPlain = further.length === 0;
  const isGiven = isPlain && Object.values(given).every((number) => number !== undefined);
  const remainders: Remainders = isGiven
    ? (given as Remainders)
    : { dp: d % (p - 1n), dq: d % (q - 1n), qInverse: inverse(q, p) };
  if (isPlain && !fitTogether(key, remainders)) {
    throw invalidKey("the numbers of an RSA key do not fit together");
  }
  return { kind: "rsa", ...key, remainders, furtherRemainders: furtherRemainders(key) };
}

function furtherRemainders({ d, primes }: RsaNumbers): RsaRemainder[] {
  return primes.slice(2).map((prime, index) => {
    const product = primes.slice(0, index + 2).reduce((left, right) => left * right);
    return { exponent: d % (prime - 1n), coefficient: inverse(product, prime), product };
  });
}

/** Of a key with two primes; also refuses primes that lie close together, and a small private exponent. */
function fitTogether(
  { modulus, exponent, d, primes: [p = 0n, q = 0n] }: RsaNumbers,
  { dp, dq, qInverse }: Remainders,
): boolean {
  const half = Math.floor(bitLength(modulus) / 2);
  return (
    (p & q & 1n) === 1n &&
    p < modulus &&
    q < modulus &&
    (p * q) % modulus === 0n &&
    dp < p - 1n &&
    dq < q - 1n &&
    qInverse < p &&
    (dp * exponent) % (p - 1n) === 1n &&
    (dq * exponent) % (q - 1n) === 1n &&
    (qInverse * q) % p === 1n &&
    d % (p - 1n) === dp &&
    d % (q - 1n) === dq &&
    bitLength(p > q ? p - q : q - p) > half - 100 &&
    bitLength(d) > half
  );
}

function bitLength(value: bigint): number {
  const hex = value.toString(16);
  return value === 0n ? 0 : (hex.length - 1) * 4 + Number.parseInt(hex[0] ?? "0", 16).toString(2).length;
}

/** The number that makes 1 when it is multiplied with `value`, modulo `modulus`. */
function inverse(value: bigint, modulus: bigint): bigint {
  let [remainder, next] = [modulus, value % modulus];
  let [coefficient, nextCoefficient] = [0n, 1n];
  while (next !== 0n) {
    const quotient = remainder / next;
    [remainder, next] = [next, remainder - quotient * next];
    [coefficient, nextCoefficient] = [nextCoefficient, coefficient - quotient * nextCoefficient];
  }
  if (remainder !== 1n) throw invalidKey("the primes of an RSA key have a common divisor");
  return coefficient < 0n ? coefficient + modulus : coefficient;
}
