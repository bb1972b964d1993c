import { resolveScalar } from "./resolve.ts";

/** How a text may be written. */
export type ScalarStyle = "plain" | "single" | "double" | "literal";

/** Words and numbers of YAML 1.1, which are written in quotes though they are texts in 1.2. */
const oldBooleans = /^(?:[yY]|[yY]es|YES|[oO]n|ON|[nN]|[nN]o|NO|[oO]ff|OFF)$/;
const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/**
 * The style that go-yaml chooses for a text.
 * @param isSimpleKey - keys on a line of their own have no line breaks
 */
export function scalarStyle(text: string, isSimpleKey: boolean): ScalarStyle {
  const allowed = analyze(text);
  if (allowed.isMultiline && isSimpleKey) return "double";
  if (text.includes("\n")) return allowed.literal && !isSimpleKey ? "literal" : "double";
  const isText = resolveScalar(text).tag === "!!str";
  if (!isText || base60.test(text) || oldBooleans.test(text)) return "double";
  if (allowed.plain) return "plain";
  return allowed.single ? "single" : "double";
}

interface AllowedStyles {
  readonly isMultiline: boolean;
  readonly plain: boolean;
  readonly single: boolean;
  readonly literal: boolean;
}

const unprintable = /[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/u;

function analyze(text: string): AllowedStyles {
  const isMultiline = hasLineBreak(text);
  const isSpecial = unprintable.test(text) || / [\r\n\x85\u2028\u2029]/.test(text);
  const hasBreakSpace = /[\r\n\x85\u2028\u2029] /.test(text);
  const hasEdge = /^[ \r\n\x85\u2028\u2029]|[ \r\n\x85\u2028\u2029]$/.test(text);
  const single = !isSpecial && !hasBreakSpace && !text.includes("\t");
  return {
    isMultiline,
    single,
    literal: !isSpecial && !text.endsWith(" "),
    plain: single && !isMultiline && !hasEdge && !hasIndicator(text),
  };
}

export function hasLineBreak(text: string): boolean {
  return /[\r\n\x85\u2028\u2029]/.test(text);
}

/** Characters that would begin something else. */
function hasIndicator(text: string): boolean {
  return (
    /^(?:---|\.\.\.|[#,[\]{}&*!|>'"%@`]|[?:-](?:[ \t]|$))/.test(text) ||
    /:(?:[ \t]|$)/.test(text) ||
    /[ \t\r\n\x85\u2028\u2029]#/.test(text)
  );
}

const escapes: Readonly<Record<string, string>> = {
  "\0": "0",
  "\x07": "a",
  "\b": "b",
  "\t": "t",
  "\n": "n",
  "\v": "v",
  "\f": "f",
  "\r": "r",
  "\x1b": "e",
  '"': '"',
  "\\": "\\",
  "\x85": "N",
  "\xa0": "_",
  "\u2028": "L",
  "\u2029": "P",
};

export function doubleQuoted(text: string): string {
  const escaped = text.replaceAll(
    /["\\\u2028\u2029]|[^\x20-\x7e\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd]/gu,
    (character) => `\\${escapes[character] ?? hexEscape(character.codePointAt(0) ?? 0)}`,
  );
  return `"${escaped}"`;
}

function hexEscape(code: number): string {
  const [letter, digits] = code <= 0xff ? ["x", 2] : code <= 0xffff ? ["u", 4] : ["U", 8];
  return `${letter}${code.toString(16).toUpperCase().padStart(Number(digits), "0")}`;
}
