import type { LosslessValue } from "@kubewarden-ts/protocol";

const words = new Map<string, true | false | null>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map(
    (word) => [word, true] as const,
  ),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
    (word) => [word, false] as const,
  ),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
]);

const notFinite = /^(?:\.nan|\.NaN|\.NAN|[-+]?\.(?:inf|Inf|INF))$/;
const decimal = /^(?:0|-?[1-9]\d*)$/;
const otherInteger = /^([-+]?)(0[xX][\da-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]*|[1-9]\d*)$/;
const float = /^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/;
const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/;

/** The longest hexadecimal, octal or binary integer; reading a longer one takes ever longer. */
const maxOtherIntegerLength = 100;

/**
 * What a scalar without quotes means to `kubectl`, which reads YAML 1.1 without base 60 and dates: `yes` is a boolean and
 * `0644` is octal. A policy that saw the text `yes` where the cluster stores `true` would let it pass. Numbers that are
 * JSON as they stand keep their text.
 * @throws {Error} for infinity and for what is not a number
 */
export function readPlainScalar(text: string): LosslessValue {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (notFinite.test(text)) throw new Error(`expected a finite number, received ${text}`);
  return /^[-+.\d]/.test(text) ? readNumber(text) : text;
}

function readNumber(text: string): LosslessValue {
  const digits = text.replaceAll("_", "");
  if (decimal.test(digits)) return { text: digits };
  const integer = otherInteger.exec(digits);
  if (integer !== null) return { text: integerText(integer[1] ?? "", integer[2] ?? "") };
  if (!float.test(digits)) return text;
  if (jsonNumber.test(digits)) return { text: digits };
  const value = Number(digits);
  if (!Number.isFinite(value)) throw new Error(`expected a finite number, received ${text.slice(0, 30)}`);
  return { text: String(value) };
}

function integerText(sign: string, digits: string): string {
  if (digits.length > maxOtherIntegerLength) {
    throw new Error(
      `expected a number of at most ${maxOtherIntegerLength} digits, received ${digits.length}`,
    );
  }
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return String(sign === "-" ? -value : value);
}
