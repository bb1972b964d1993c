/** A text that is gone through once. */
export interface MailboxText {
  readonly characters: readonly string[];
  position: number;
}

export interface Word {
  readonly text: string;
  readonly quoted: boolean;
}

/** RFC 5322 section 3.2.3 with the dot, and what RFC 6532 adds to it. */
const wordCharacter = /[A-Za-z0-9!#$%&'*+/=?^_`{|}~.\u0080-\u{10ffff}-]/u;

export function isAtEnd(text: MailboxText): boolean {
  skipSpace(text);
  return next(text) === undefined;
}

/** Takes one character if it comes next. */
export function take(text: MailboxText, character: string): boolean {
  skipSpace(text);
  if (next(text) !== character) return false;
  text.position++;
  return true;
}

/** Letters with dots in them, or a quoted text; `undefined` when there is none. */
export function word(text: MailboxText): Word | undefined {
  skipSpace(text);
  if (next(text) === '"') return { text: delimited(text, '"'), quoted: true };
  const start = text.position;
  while (wordCharacter.test(next(text) ?? "")) text.position++;
  if (start === text.position) return undefined;
  return { text: text.characters.slice(start, text.position).join(""), quoted: false };
}

/** An address in brackets in place of a domain: `[192.0.2.1]`. */
export function literal(text: MailboxText): Word | undefined {
  skipSpace(text);
  return next(text) === "[" ? { text: `[${delimited(text, "]")}]`, quoted: false } : undefined;
}

export function unexpected(text: MailboxText, expected: string): Error {
  const found = next(text);
  const shown = found === undefined ? "the end" : JSON.stringify(found);
  return new Error(`expected ${expected} at character ${text.position + 1}, found ${shown}`);
}

function next({ characters, position }: MailboxText): string | undefined {
  return characters[position];
}

/** What stands between the next character and `end`; a backslash takes the character after it literally. */
function delimited(text: MailboxText, end: string): string {
  let inside = "";
  for (text.position++; next(text) !== end; text.position++) {
    if (next(text) === "\\") text.position++;
    const character = next(text);
    if (character === undefined) throw unexpected(text, `'${end}'`);
    inside += character;
  }
  text.position++;
  return inside;
}

/** White space, and comments, which may hold comments. */
function skipSpace(text: MailboxText): void {
  for (let depth = 0; ; text.position++) {
    const character = next(text);
    if (character === undefined && depth > 0) throw unexpected(text, "')'");
    if (character === "(") depth++;
    else if (character === ")" && depth > 0) depth--;
    else if (character === "\\" && depth > 0) text.position++;
    else if (depth === 0 && (character === undefined || !/[ \t\r\n]/.test(character))) return;
  }
}
