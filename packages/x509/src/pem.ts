import { decodeBase64 } from "./base64.ts";

/** What stands between `-----BEGIN <label>-----` and the same `END`. */
export interface PemBlock {
  readonly label: string;
  readonly bytes: Uint8Array;
  /** Where the next line begins: in bytes, counted from the start of the text. */
  readonly end: number;
}

const begin = "-----BEGIN ";
const end = "\n-----END ";
const dashes = "-----";

/**
 * Reads the PEM blocks (RFC 7468) of a text: the first line of a block begins a line, its last ends one, between them is
 * base64 and maybe headers (RFC 1421), which are skipped. Other text, and blocks that are malformed, are passed over.
 */
export function* pemBlocks(source: Uint8Array): Generator<PemBlock, void, void> {
  // One character for each byte: what is looked for is ASCII.
  const text = Buffer.from(source.buffer, source.byteOffset, source.byteLength).toString("latin1");
  let position = 0;
  for (;;) {
    const endLine = text.indexOf(end, position);
    const afterEnd = endLine + end.length;
    const block = endLine < 0 ? "truncated" : blockBefore(text, { position, endLine, afterEnd });
    if (block === "truncated") return;
    if (block !== undefined) yield block;
    position = block?.end ?? afterEnd;
  }
}

interface Ending {
  /** What lies before was looked at already. */
  readonly position: number;
  /** Of the line break before `-----END`. */
  readonly endLine: number;
  /** Of the label of the last line. */
  readonly afterEnd: number;
}

/** The block that begins last before an end. */
function blockBefore(
  text: string,
  { position, endLine, afterEnd }: Ending,
): PemBlock | "truncated" | undefined {
  const found = text.slice(position, endLine).lastIndexOf(begin);
  if (found < 0 || (found > 0 && text[position + found - 1] !== "\n")) return undefined;
  const first = lineAt(text, position + found + begin.length);
  if (!first.line.endsWith(dashes)) return undefined;
  const body = skipHeaders(text, first.next);
  if (body === undefined || body > afterEnd) return "truncated";
  if (body !== first.next && body > endLine) return undefined;
  const label = first.line.slice(0, -dashes.length);
  if (!text.startsWith(label + dashes, afterEnd)) return undefined;
  if (lineAt(text, afterEnd + label.length + dashes.length).line !== "") return undefined;
  const bytes = decodeBase64(text.slice(body, Math.max(body, endLine)).replaceAll(/[ \t]/g, ""));
  return bytes && { label, bytes, end: lineAt(text, afterEnd).next };
}

/** Where the first line without a colon begins; `undefined` when there is none. */
function skipHeaders(text: string, start: number): number | undefined {
  let position = start;
  while (position < text.length) {
    const { line, next } = lineAt(text, position);
    if (!line.includes(":")) return position;
    position = next;
  }
  return undefined;
}

/** A line without its end and the blanks before it. */
function lineAt(text: string, start: number): { line: string; next: number } {
  const lineBreak = text.indexOf("\n", start);
  if (lineBreak < 0) return { line: trimmed(text.slice(start)), next: text.length };
  const hasReturn = lineBreak > start && text[lineBreak - 1] === "\r";
  return { line: trimmed(text.slice(start, hasReturn ? lineBreak - 1 : lineBreak)), next: lineBreak + 1 };
}

function trimmed(line: string): string {
  let length = line.length;
  while (line[length - 1] === " " || line[length - 1] === "\t") length--;
  return line.slice(0, length);
}
