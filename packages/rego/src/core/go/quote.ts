/** Characters that Go prints as they are (`strconv.IsPrint`): letters, marks, numbers, punctuation, symbols, the blank. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/** Those that it takes for printable too (`strconv.IsGraphic`): other blanks. */
const graphic = /^[\p{L}\p{M}\p{N}\p{P}\p{S}\p{Zs}]$/u;

const short: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  "\\": "\\\\",
};

export interface QuoteOptions {
  /** characters beyond ASCII are escaped too (`strconv.QuoteToASCII`) */
  readonly ascii?: boolean;
}

/** Writes a text as Go quotes it (`strconv.Quote`). */
export function quoteGo(text: string, options: QuoteOptions = {}): string {
  const isPlain = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(text);
  return isPlain ? `"${text}"` : `"${Array.from(text, (c) => escapeGo(c, '"', options)).join("")}"`;
}

/** Writes a character as Go quotes it (`strconv.QuoteRune`). */
export function quoteGoRune(character: string, options: QuoteOptions = {}): string {
  return `'${escapeGo(character, "'", options)}'`;
}

function escapeGo(character: string, quote: string, { ascii = false }: QuoteOptions): string {
  if (character === quote) return `\\${quote}`;
  const code = character.codePointAt(0) ?? 0;
  if (short[character] !== undefined) return short[character];
  if (ascii ? code >= 0x20 && code < 0x7f : isGoPrintable(character)) return character;
  if (code < 0x20 || code === 0x7f) return `\\x${hex(code, 2)}`;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

export function isGoPrintable(character: string): boolean {
  return printable.test(character);
}

export function isGoGraphic(character: string): boolean {
  return graphic.test(character);
}

function hex(code: number, digits: number): string {
  return code.toString(16).padStart(digits, "0");
}
