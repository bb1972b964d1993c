import type { BuiltinContext } from "../builtin.ts";
import { type FormatOptions, type FormatOutput, noOptions, padded, put } from "./printf-state.ts";
import { formatBigInteger, formatFloat, formatInteger, formatText } from "./printf-values.ts";

/** Texts, and what is written as one. */
type TextType = "string" | "json.Number" | "[]interface {}" | "map[string]interface {}";

/** What a verb may be given: a text, a number of 64 bits of either kind, a larger whole number, or a truth. */
export type FormatArgument =
  | { readonly type: TextType; readonly value: string }
  | { readonly type: "nil" }
  | { readonly type: "int64" | "int"; readonly value: bigint }
  | { readonly type: "bool"; readonly value: boolean }
  | { readonly type: "*big.Int"; readonly value: bigint }
  | { readonly type: "float64"; readonly value: number };

/**
 * Writes values by a format, as Go's `fmt.Sprintf` does: mistakes in it show in the result, such as `%!d(string=x)`.
 * @throws {RegoError} `REGO_LIMIT`
 */
export function sprintf(
  format: string,
  values: readonly FormatArgument[],
  limits: Pick<BuiltinContext, "maxResultSize">,
): string {
  const output: FormatOutput = { parts: [], size: 0, limits };
  const state: State = {
    format,
    values,
    output,
    position: 0,
    next: 0,
    isReordered: false,
    isIndexGood: true,
    isAfterIndex: false,
  };
  while (state.position < format.length) {
    const percent = format.indexOf("%", state.position);
    put(output, format.slice(state.position, percent < 0 ? format.length : percent));
    if (percent < 0) break;
    state.position = percent + 1;
    if (!formatVerb(state)) break;
  }
  if (!state.isReordered && state.next < values.length) putExtra(state);
  return output.parts.join("");
}

interface State {
  readonly format: string;
  readonly values: readonly FormatArgument[];
  readonly output: FormatOutput;
  position: number;
  /** the value that the next verb takes */
  next: number;
  /** values were chosen by their numbers */
  isReordered: boolean;
  isIndexGood: boolean;
  isAfterIndex: boolean;
}

/** @returns false when the format ends before the verb */
function formatVerb(state: State): boolean {
  const options = noOptions();
  state.isIndexGood = true;
  readFlags(state, options);
  if (!isSimpleVerb(state)) {
    state.isAfterIndex = false;
    readIndex(state);
    readWidth(state, options);
    readPrecision(state, options);
    if (!state.isAfterIndex) readIndex(state);
  }
  if (state.position >= state.format.length) {
    put(state.output, "%!(NOVERB)");
    return false;
  }
  const verb = String.fromCodePoint(state.format.codePointAt(state.position) ?? 0);
  state.position += verb.length;
  applyVerb(state, verb, options);
  return true;
}

function applyVerb(state: State, verb: string, options: FormatOptions): void {
  const { output, values, next } = state;
  if (verb === "%") return put(output, "%");
  if (!state.isIndexGood) return put(output, `%!${verb}(BADINDEX)`);
  const value = values[next];
  if (value === undefined) return put(output, `%!${verb}(MISSING)`);
  if (verb === "v" || verb === "w") {
    Object.assign(options, { sharpV: options.sharp, sharp: false, plusV: options.plus, plus: false });
  }
  putValue(output, value, verb, options);
  state.next++;
}

/** Lower case letters need nothing before them, even where an index would be wrong. */
function isSimpleVerb({ format, position, next, values }: State): boolean {
  const character = format[position] ?? "";
  return character >= "a" && character <= "z" && next < values.length;
}

const flags: Readonly<Record<string, "sharp" | "zero" | "plus" | "minus" | "space">> = {
  "#": "sharp",
  "0": "zero",
  "+": "plus",
  "-": "minus",
  " ": "space",
};

function readFlags(state: State, options: FormatOptions): void {
  for (; state.position < state.format.length; state.position++) {
    const flag = flags[state.format[state.position] ?? ""];
    if (flag === undefined) return;
    options[flag] = true;
  }
}

/** The number of a value in brackets, counted from 1. */
function readIndex(state: State): void {
  state.isAfterIndex = false;
  const { format, position, values } = state;
  if (format[position] !== "[") return;
  state.isReordered = true;
  const end = format.length - position < 3 ? -1 : format.indexOf("]", position);
  state.position = end < 0 ? position + 1 : end + 1;
  const number = end < 0 ? undefined : readWhole(format.slice(position + 1, end));
  if (number !== undefined) state.isAfterIndex = true;
  if (number !== undefined && number >= 1 && number <= values.length) state.next = number - 1;
  else state.isIndexGood = false;
}

const largest = 1_000_000;

/** Digits and nothing else. */
function readWhole(text: string): number | undefined {
  // Go looks at the number before each digit.
  const isTooLarge = text.length > 1 && Number(text.slice(0, -1)) > largest;
  return /^[0-9]+$/.test(text) && !isTooLarge ? Number(text) : undefined;
}

function readWidth(state: State, options: FormatOptions): void {
  if (state.format[state.position] === "*") {
    state.position++;
    const width = takeInteger(state);
    if (width === undefined) put(state.output, "%!(BADWIDTH)");
    if (width !== undefined && width < 0) Object.assign(options, { minus: true, zero: false });
    options.width = width === undefined ? undefined : Math.abs(width);
    state.isAfterIndex = false;
    return;
  }
  options.width = readNumber(state);
  if (state.isAfterIndex && options.width !== undefined) state.isIndexGood = false;
}

function readPrecision(state: State, options: FormatOptions): void {
  const { format } = state;
  if (format[state.position] !== "." || state.position + 1 >= format.length) return;
  state.position++;
  if (state.isAfterIndex) state.isIndexGood = false;
  readIndex(state);
  if (format[state.position] !== "*") {
    options.precision = readNumber(state) ?? 0;
    return;
  }
  state.position++;
  const precision = takeInteger(state);
  options.precision = precision === undefined || precision < 0 ? undefined : precision;
  if (options.precision === undefined) put(state.output, "%!(BADPREC)");
  state.isAfterIndex = false;
}

/** One that is too large takes the rest of the format with it. */
function readNumber(state: State): number | undefined {
  const digits = /[0-9]*/y;
  digits.lastIndex = state.position;
  const text = digits.exec(state.format)?.[0] ?? "";
  if (text === "") return undefined;
  const number = readWhole(text);
  state.position = number === undefined ? state.format.length : state.position + text.length;
  return number;
}

/** A width or precision that is given as a value. */
function takeInteger(state: State): number | undefined {
  const value = state.values[state.next];
  if (value === undefined) return undefined;
  state.next++;
  if (value.type !== "int64" && value.type !== "int") return undefined;
  const number = Number(value.value);
  return Math.abs(number) > largest ? undefined : number;
}

function putValue(output: FormatOutput, value: FormatArgument, verb: string, options: FormatOptions): void {
  if (value.type === "nil") {
    return put(output, verb === "v" || verb === "T" ? padded("<nil>", options) : `%!${verb}(<nil>)`);
  }
  const text = verb === "T" ? formatText(value.type, "s", options) : textOf(value, verb, options);
  if (text !== undefined) return put(output, text);
  put(output, `%!${verb}(${value.type}=`);
  put(output, textOf(value, "v", options) ?? "");
  put(output, ")");
}

function textOf(
  value: Exclude<FormatArgument, { type: "nil" }>,
  verb: string,
  options: FormatOptions,
): string | undefined {
  switch (value.type) {
    case "string":
    case "json.Number":
    case "[]interface {}":
    case "map[string]interface {}":
      return formatText(value.value, verb, options);
    case "bool":
      return verb === "t" || verb === "v" ? padded(String(value.value), options) : undefined;
    case "int":
    case "int64":
      return formatInteger(value.value, verb, options);
    case "*big.Int":
      return formatBigInteger(value.value, verb, options);
    case "float64":
      return formatFloat(value.value, verb, options);
  }
}

/** Values that no verb took. */
function putExtra({ output, values, next }: State): void {
  put(output, "%!(EXTRA ");
  for (const [index, value] of values.slice(next).entries()) {
    put(output, `${index > 0 ? ", " : ""}${value.type === "nil" ? "" : `${value.type}=`}`);
    putValue(output, value, "v", noOptions());
  }
  put(output, ")");
}
