/** What an unquoted text of YAML stands for, as go-yaml has it: the core schema of YAML 1.2, and octal numbers of 1.1. */
export type ResolvedScalar =
  | { readonly tag: "!!str"; readonly value: string }
  | { readonly tag: "!!null"; readonly value: null }
  | { readonly tag: "!!bool"; readonly value: boolean }
  | { readonly tag: "!!int"; readonly value: bigint }
  | { readonly tag: "!!float"; readonly value: number }
  | { readonly tag: "!!timestamp"; readonly value: string };

const words: ReadonlyMap<string, ResolvedScalar> = new Map([
  ...forms(["true", "True", "TRUE"], { tag: "!!bool", value: true }),
  ...forms(["false", "False", "FALSE"], { tag: "!!bool", value: false }),
  ...forms(["", "~", "null", "Null", "NULL"], { tag: "!!null", value: null }),
  ...forms([".nan", ".NaN", ".NAN"], { tag: "!!float", value: Number.NaN }),
  ...forms([".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"], { tag: "!!float", value: Infinity }),
  ...forms(["-.inf", "-.Inf", "-.INF"], { tag: "!!float", value: -Infinity }),
]);

function forms(texts: readonly string[], value: ResolvedScalar): [string, ResolvedScalar][] {
  return texts.map((text) => [text, value]);
}

export function resolveScalar(text: string): ResolvedScalar {
  const word = words.get(text);
  if (word !== undefined) return word;
  if (text.startsWith(".")) return floatOf(text, goFloat) ?? { tag: "!!str", value: text };
  if (!/^[-+0-9]/.test(text)) return { tag: "!!str", value: text };
  if (isTimestamp(text)) return { tag: "!!timestamp", value: text };
  const plain = text.replaceAll("_", "");
  const integer = integerOf(plain);
  if (integer !== undefined) return { tag: "!!int", value: integer };
  return floatOf(plain, yamlFloat) ?? { tag: "!!str", value: text };
}

const yamlFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** What begins with a point is given to Go as it is, which lets digits be parted. */
const goFloat = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;

function floatOf(text: string, pattern: RegExp): ResolvedScalar | undefined {
  const value = Number(text);
  return pattern.test(text) && Number.isFinite(value) ? { tag: "!!float", value } : undefined;
}

const prefixes: Readonly<Record<string, { base: number; digits: RegExp }>> = {
  "0x": { base: 16, digits: /^[0-9a-fA-F]+$/ },
  "0b": { base: 2, digits: /^[01]+$/ },
  "0o": { base: 8, digits: /^[0-7]+$/ },
  "0": { base: 8, digits: /^[0-7]+$/ },
  "": { base: 10, digits: /^(?:0|[1-9][0-9]*)$/ },
};

/** Whole numbers of 64 bits, with a sign or without. */
function integerOf(plain: string): bigint | undefined {
  const [, sign = "", prefix = "", digits = ""] = /^([-+]?)(0[xXbBoO]|0(?=[0-9])|)(.*)$/.exec(plain) ?? [];
  const known = prefixes[prefix.toLowerCase()];
  if (known === undefined || !known.digits.test(digits)) return undefined;
  const written = known.base === 10 ? "" : known.base === 16 ? "0x" : known.base === 8 ? "0o" : "0b";
  const magnitude = BigInt(written + digits);
  const value = sign === "-" ? -magnitude : magnitude;
  const isSigned = BigInt.asIntN(64, value) === value;
  const isUnsigned = sign === "" && BigInt.asUintN(64, value) === value;
  return isSigned || isUnsigned ? value : undefined;
}

const timestamps = [
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d))?$/,
  /^(\d{4})-(\d{1,2})-(\d{1,2}) (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?$/,
];

function isTimestamp(text: string): boolean {
  const match = timestamps.map((pattern) => pattern.exec(text)).find((found) => found !== null);
  if (!match) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match
    .slice(1)
    .map((part) => Number(part ?? 0));
  const days = new Date(Date.UTC(2000 + (year % 400), month, 0)).getUTCDate();
  const isDate = month >= 1 && month <= 12 && day >= 1 && day <= days;
  return isDate && hour < 24 && minute < 60 && second < 60;
}
