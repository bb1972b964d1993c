import { parseIpAddress } from "../../core/go/ip-address.ts";

/** A place in a text that moves on with each read. */
interface Cursor {
  readonly text: string;
  position: number;
}

/** Whether a text is one e-mail address, maybe with a name, as Go's `net/mail` reads them (RFC 5322 3.4). */
export function isMailAddress(text: string): boolean {
  const cursor = { text, position: 0 };
  const count = readAddress(cursor, { groups: true });
  return count === 1 && skipComments(cursor) && cursor.position === text.length;
}

/** The number of addresses: a group has any; `undefined` when there is none. */
function readAddress(cursor: Cursor, { groups }: { groups: boolean }): number | undefined {
  skipBlanks(cursor);
  if (isAtEnd(cursor)) return undefined;
  if (readSpec(cursor)) {
    skipBlanks(cursor);
    return peek(cursor) !== "(" || readNameComment(cursor) ? 1 : undefined;
  }
  if (peek(cursor) !== "<" && !readPhrase(cursor)) return undefined;
  skipBlanks(cursor);
  if (groups && take(cursor, ":")) return readGroup(cursor);
  return take(cursor, "<") && readSpec(cursor) && take(cursor, ">") ? 1 : undefined;
}

/** `a@b, c@d;` behind the name of a group. */
function readGroup(cursor: Cursor): number | undefined {
  skipBlanks(cursor);
  if (take(cursor, ";")) return skipComments(cursor) ? 0 : undefined;
  for (let count = 1; ; count++) {
    if (readAddress(cursor, { groups: false }) === undefined || !skipComments(cursor)) return undefined;
    if (take(cursor, ";")) return skipComments(cursor) ? count : undefined;
    if (!take(cursor, ",")) return undefined;
  }
}

const strictAtom = /^[^.]+(?:\.[^.]+)*$/;

/** `local@domain`; the place stays where it was when there is none. */
function readSpec(cursor: Cursor): boolean {
  const start = cursor.position;
  skipBlanks(cursor);
  const isQuoted = peek(cursor) === '"';
  const local = isQuoted ? readQuoted(cursor) : readAtom(cursor);
  const isLocal = local !== undefined && (isQuoted ? local !== "" : strictAtom.test(local));
  if (isLocal && take(cursor, "@") && readDomain(cursor)) return true;
  cursor.position = start;
  return false;
}

function readDomain(cursor: Cursor): boolean {
  skipBlanks(cursor);
  if (take(cursor, "[")) {
    const literal = readWhile(cursor, /[!-Z^-~\u0080-\u{10ffff}]*/uy);
    return parseIpAddress(literal) !== undefined && take(cursor, "]");
  }
  const atom = readAtom(cursor);
  return atom !== undefined && strictAtom.test(atom);
}

/** Visible characters but those that have a meaning. */
function readAtom(cursor: Cursor): string | undefined {
  const atom = readWhile(cursor, /[!#-'*+\-./0-9=?A-Z^-~\u0080-\u{10ffff}]*/uy);
  return atom === "" ? undefined : atom;
}

function readQuoted(cursor: Cursor): string | undefined {
  const quoted = readWhile(cursor, /"(?:[ \t!#-[\]-~\u0080-\u{10ffff}]|\\[ \t!-~\u0080-\u{10ffff}])*"/uy);
  return quoted === "" ? undefined : quoted.slice(1, -1);
}

/** One word or more; whatever follows them is read by others. */
function readPhrase(cursor: Cursor): boolean {
  for (let words = 0; ; words++) {
    if (words > 0 && !skipComments(cursor)) return false;
    skipBlanks(cursor);
    // No name at all is one too: what must follow will be missing.
    if (isAtEnd(cursor)) return true;
    const word = peek(cursor) === '"' ? readQuoted(cursor) : readWord(cursor);
    if (word === undefined) return words > 0;
  }
}

function readWord(cursor: Cursor): string | undefined {
  const word = readAtom(cursor);
  return word === undefined || !hasKnownCharset(word) ? undefined : word;
}

/** An encoded word (RFC 2047) must be in a character set that Go knows. */
function hasKnownCharset(word: string): boolean {
  const [, charset, encoding, content = ""] = /^=\?([^?]+)\?([bBqQ])\?([^?]*)\?=$/.exec(word) ?? [];
  if (charset === undefined || /^(?:utf-8|iso-8859-1|us-ascii)$/i.test(charset)) return true;
  return !isEncodedRight(encoding ?? "", content);
}

function isEncodedRight(encoding: string, content: string): boolean {
  if (/b/i.test(encoding)) return content.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(content);
  return !/=(?![0-9A-Fa-f]{2})/.test(content) && /^[!-~ \n\r\t]*$/.test(content);
}

function readNameComment(cursor: Cursor): boolean {
  const start = cursor.position + 1;
  if (!take(cursor, "(") || !skipComment(cursor)) return false;
  const words = cursor.text.slice(start, cursor.position - 1).split(/[ \t]+/);
  return words.every((word) => word === "" || hasKnownCharset(word));
}

function skipComments(cursor: Cursor): boolean {
  skipBlanks(cursor);
  while (take(cursor, "(")) {
    if (!skipComment(cursor)) return false;
    skipBlanks(cursor);
  }
  return true;
}

/** To the end of a comment whose first parenthesis was read. */
function skipComment(cursor: Cursor): boolean {
  for (let depth = 1; depth > 0; cursor.position++) {
    if (isAtEnd(cursor)) return false;
    const character = peek(cursor);
    if (character === "\\" && cursor.position + 1 < cursor.text.length) cursor.position++;
    else if (character === "(") depth++;
    else if (character === ")") depth--;
  }
  return true;
}

function skipBlanks(cursor: Cursor): void {
  readWhile(cursor, /[ \t]*/y);
}

/** @param pattern - sticky */
function readWhile(cursor: Cursor, pattern: RegExp): string {
  pattern.lastIndex = cursor.position;
  const found = pattern.exec(cursor.text)?.[0] ?? "";
  cursor.position += found.length;
  return found;
}

function take(cursor: Cursor, character: string): boolean {
  if (peek(cursor) !== character) return false;
  cursor.position++;
  return true;
}

function peek({ text, position }: Cursor): string | undefined {
  return text[position];
}

function isAtEnd({ text, position }: Cursor): boolean {
  return position >= text.length;
}
