import { decimalOf } from "../number.ts";

const nanoseconds: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: 1_000_000_000n,
  m: 60_000_000_000n,
  h: 3_600_000_000_000n,
};

/** Hours of the units that OPA adds. */
const hours: Readonly<Record<string, number>> = { d: 24, w: 7 * 24, y: 365 * 24 };

const limit = 2n ** 63n;

/**
 * Reads a duration such as `1h30m` or `1d12h`: a year has 365 days.
 * @returns nanoseconds; `undefined` for what is no duration, or does not fit into 64 bits
 */
export function parseDuration(text: string): bigint | undefined {
  if (!/[dwy]/.test(text)) return parsePlain(text);
  const plain = withoutLongUnits(text);
  return plain === undefined ? undefined : parsePlain(plain);
}

/** Days, weeks and years as hours. */
function withoutLongUnits(text: string): string | undefined {
  const segment = /([0-9.]+)(ms|us|µs|ns|[a-z])/y;
  const sign = /^[-+]?/.exec(text)![0];
  const parts = [sign];
  segment.lastIndex = sign.length;
  for (let end = sign.length; end < text.length; end = segment.lastIndex) {
    const [whole, digits = "", unit = ""] = segment.exec(text) ?? [];
    const factor = hours[unit];
    const part = factor === undefined ? whole : hoursOf(digits, factor);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return parts.length > 1 ? parts.join("") : undefined;
}

function hoursOf(digits: string, factor: number): string | undefined {
  if (!/^(?:\d+\.?\d*|\.\d+)$/.test(digits)) return undefined;
  return `${plainDigits(Number(digits) * factor)}h`;
}

/** Without an exponent, which small numbers have in JavaScript; large ones are no durations in any case. */
function plainDigits(value: number): string {
  const text = String(value);
  const { digits, exponent } = decimalOf(text) ?? { digits: 0n, exponent: 0 };
  if (!text.includes("e-")) return text;
  return `0.${String(digits).padStart(-exponent, "0")}`;
}

const segments = /(\d*)(?:\.(\d*))?([^\d.]*)/g;

function parsePlain(text: string): bigint | undefined {
  const sign = /^[-+]?/.exec(text)![0];
  const rest = text.slice(sign.length);
  if (rest === "0") return 0n;
  if (rest === "") return undefined;
  let total = 0n;
  for (const [segment, whole = "", fraction = "", unit = ""] of rest.matchAll(segments)) {
    // The last match is the end of the text.
    if (segment === "") break;
    const value = segmentOf(whole, fraction, unit);
    if (value === undefined) return undefined;
    total += value;
    if (total > limit) return undefined;
  }
  if (sign === "-") return -total;
  return total === limit ? undefined : total;
}

function segmentOf(whole: string, fraction: string, unit: string): bigint | undefined {
  if (whole + fraction === "" || !Object.hasOwn(nanoseconds, unit)) return undefined;
  const factor = nanoseconds[unit]!;
  // More digits do not fit into 64 bits, but for zeros in front.
  const count = BigInt(whole.replace(/^0+(?=.{20})/, "").slice(0, 20) || "0");
  if (count > limit / factor) return undefined;
  const value = count * factor + partOf(fraction, factor);
  return value > limit ? undefined : value;
}

/** Go reads the digits that fit into 63 bits, and multiplies doubles. */
function partOf(fraction: string, factor: bigint): bigint {
  let digits = 0n;
  let scale = 1;
  for (const digit of fraction) {
    if (digits > (limit - 1n) / 10n) break;
    const next = digits * 10n + BigInt(digit);
    if (next > limit) break;
    digits = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(digits) * (Number(factor) / scale)));
}
