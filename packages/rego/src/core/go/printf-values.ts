import { type FloatForm, formatGoFloat } from "./format-float.ts";
import { type FormatOptions, padded } from "./printf-state.ts";
import { isGoPrintable, quoteGo, quoteGoRune } from "./quote.ts";

/** Writes a value with a verb; `undefined` for a verb that the type does not know. */
type Formatter<T> = (value: T, verb: string, options: FormatOptions) => string | undefined;

export const formatText: Formatter<string> = (text, verb, options) => {
  switch (verb) {
    case "v":
      return options.sharpV ? quoted(text, options) : padded(truncated(text, options), options);
    case "s":
      return padded(truncated(text, options), options);
    case "x":
    case "X":
      return hexOfText(text, verb, options);
    case "q":
      return quoted(text, options);
    default:
      return undefined;
  }
};

function truncated(text: string, { precision }: FormatOptions): string {
  if (precision === undefined || text.length <= precision) return text;
  let end = 0;
  for (let count = 0; count < precision && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(0, end);
}

function quoted(text: string, options: FormatOptions): string {
  const kept = truncated(text, options);
  const isRaw = options.sharp && !/[\x00-\x08\x0a-\x1f\x7f`\ufeff]/.test(kept);
  return padded(isRaw ? `\`${kept}\`` : quoteGo(kept, { ascii: options.plus }), options);
}

function hexOfText(text: string, verb: "x" | "X", options: FormatOptions): string {
  const bytes = new TextEncoder().encode(text).subarray(0, options.precision);
  if (bytes.length === 0) return padded("", options);
  const prefix = options.sharp ? `0${verb}` : "";
  const hex = verb === "X" ? bytes.toHex().toUpperCase() : bytes.toHex();
  return padded(
    options.space
      ? hex.replaceAll(/(?<=^(?:..)*)../g, (pair, at: number) => `${at > 0 ? " " : ""}${prefix}${pair}`)
      : prefix + hex,
    options,
  );
}

const bases: Readonly<Record<string, number>> = { v: 10, d: 10, b: 2, o: 8, O: 8, x: 16, X: 16 };

/** Whole numbers of 64 bits. */
export const formatInteger: Formatter<bigint> = (value, verb, options) => {
  const code = BigInt.asUintN(64, value);
  if (bases[verb] !== undefined) return integerInBase(value, verb, options);
  switch (verb) {
    case "c":
      return padded(characterOf(code), options);
    case "q":
      return padded(quoteGoRune(characterOf(code), { ascii: options.plus }), options);
    case "U":
      return unicodeOf(code, options);
    default:
      return undefined;
  }
};

function integerInBase(value: bigint, verb: string, options: FormatOptions): string {
  const { precision, width = 0, sharp } = options;
  if (precision === 0 && value === 0n) return " ".repeat(width);
  const base = bases[verb] ?? 10;
  const sign = value < 0n ? "-" : options.plus ? "+" : options.space ? " " : "";
  const hasZeros = precision === undefined && options.zero && !options.minus;
  const least = precision ?? (hasZeros ? width - sign.length : 0);
  const digits = (value < 0n ? -value : value).toString(base).padStart(least, "0");
  const written = verb === "X" ? digits.toUpperCase() : digits;
  return padded(
    `${sign}${verb === "O" ? "0o" : ""}${sharp ? basePrefix(written, verb, base) : ""}${written}`,
    {
      ...options,
      zero: false,
    },
  );
}

function basePrefix(digits: string, verb: string, base: number): string {
  switch (base) {
    case 2:
      return "0b";
    case 8:
      return digits.startsWith("0") ? "" : "0";
    case 16:
      return verb === "X" ? "0X" : "0x";
    default:
      return "";
  }
}

function characterOf(code: bigint): string {
  return code > 0x10ffffn ? "\ufffd" : String.fromCodePoint(Number(code)).toWellFormed();
}

function unicodeOf(code: bigint, options: FormatOptions): string {
  const digits = code
    .toString(16)
    .toUpperCase()
    .padStart(Math.max(options.precision ?? 0, 4), "0");
  const character = options.sharp && code <= 0x10ffffn ? String.fromCodePoint(Number(code)) : "";
  const shown = isGoPrintable(character) ? ` '${character}'` : "";
  return padded(`U+${digits}${shown}`, { ...options, zero: false });
}

/** Whole numbers that 64 bits do not hold, as `big.Int` writes itself. */
export const formatBigInteger: Formatter<bigint> = (value, verb, options) => {
  const base = verb === "s" ? 10 : bases[verb];
  if (base === undefined) return `%!${verb}(big.Int=${value})`;
  const sign = value < 0n ? "-" : options.plus || options.plusV ? "+" : options.space ? " " : "";
  const hasPrefix = (options.sharp || options.sharpV) && base !== 10 && verb !== "O";
  const prefix = verb === "O" ? "0o" : hasPrefix ? (base === 8 ? "0" : `0${verb}`) : "";
  const plain = (value < 0n ? -value : value).toString(base);
  const { precision, width = 0, minus, zero } = options;
  const digits = (verb === "X" ? plain.toUpperCase() : plain).padStart(precision ?? 0, "0");
  const text = sign + prefix + digits;
  if (minus) return text.padEnd(width);
  if (!zero || precision !== undefined) return text.padStart(width);
  return sign + prefix + digits.padStart(width - sign.length - prefix.length, "0");
};

const floatForms: Readonly<Record<string, readonly [form: FloatForm, precision?: number]>> = {
  v: ["g"],
  b: ["b"],
  g: ["g"],
  G: ["G"],
  x: ["x"],
  X: ["X"],
  f: ["f", 6],
  F: ["f", 6],
  e: ["e", 6],
  E: ["E", 6],
};

export const formatFloat: Formatter<number> = (value, verb, options) => {
  const [form, usual] = floatForms[verb] ?? [];
  if (form === undefined) return undefined;
  const precision = options.precision ?? usual;
  const number = formatGoFloat(value, form, precision);
  const isNegative = number.startsWith("-");
  const magnitude = isNegative ? number.slice(1) : number;
  const digits = options.sharp && form !== "b" ? withPoint(magnitude, form, precision) : magnitude;
  const sign = isNegative ? "-" : options.plus ? "+" : options.space ? " " : "";
  const { width = 0, zero, minus } = options;
  if (zero && !minus && sign !== "") return sign + digits.padStart(width - 1, "0");
  return padded(sign + digits, options);
};

/** With a point, and for some forms with the zeros behind it that are usually left out. */
function withPoint(number: string, form: FloatForm, precision: number | undefined): string {
  const isHex = form === "x" || form === "X";
  const [, body = "", tail = ""] = (isHex ? /^([^pP]*)(.*)$/ : /^([^eE]*)(.*)$/).exec(number) ?? [];
  const keepsZeros = form === "g" || form === "G" || form === "x";
  const significant = body.replace(".", "").replace(/^0+/, "").length;
  // The lone zero counts as a digit.
  const written = body === "0" ? 1 : significant;
  const missing = keepsZeros ? Math.max((precision ?? 6) - written, 0) : 0;
  return `${body}${body.includes(".") ? "" : "."}${"0".repeat(missing)}${tail}`;
}
