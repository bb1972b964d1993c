import { type LosslessValue, ProtocolError, parseLossless } from "@kubewarden-ts/protocol";
import { type OciError, registryError } from "../errors.ts";

/**
 * Reads a JSON document of a registry; numbers keep their text. A key that stands twice in an object is refused: two
 * readers would see two documents.
 * @param what - as the error names it, such as `manifest`
 * @throws {OciError} `OCI_MANIFEST_INVALID`
 */
export function parseStrictJson(bytes: Uint8Array, what: string): LosslessValue {
  const value = parseJson(bytes, what);
  const twice = repeatedKey(new TextDecoder().decode(bytes));
  if (twice === undefined) return value;
  throw invalidDocument(what, `the key ${JSON.stringify(twice.slice(0, 100))} stands twice in one object`);
}

/** The error of a document that is not what it should be. */
export function invalidDocument(what: string, problem: string, cause?: unknown): OciError {
  return registryError(`invalid ${what}: ${problem}`, { code: "OCI_MANIFEST_INVALID", cause });
}

function parseJson(bytes: Uint8Array, what: string): LosslessValue {
  try {
    return parseLossless(bytes);
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause;
    throw invalidDocument(what, `${cause.message} at byte ${cause.offset}`);
  }
}

/** Relies on the text being JSON: strings, brackets and colons are all that needs to be told apart. */
function repeatedKey(text: string): string | undefined {
  const open: (Set<string> | undefined)[] = [];
  let string = "";
  for (let position = 0; position < text.length; position++) {
    const unit = text[position];
    if (unit === "{") open.push(new Set());
    else if (unit === "[") open.push(undefined);
    else if (unit === "}" || unit === "]") open.pop();
    else if (unit === '"') {
      const end = endOfString(text, position);
      string = text.slice(position, end);
      position = end - 1;
    } else if (unit === ":") {
      const key = String(JSON.parse(string));
      if (open.at(-1)?.has(key)) return key;
      open.at(-1)?.add(key);
    }
  }
  return undefined;
}

/** The index after the quote that ends the string beginning at `start`. */
function endOfString(text: string, start: number): number {
  let position = start + 1;
  while (text[position] !== '"') position += text[position] === "\\" ? 2 : 1;
  return position + 1;
}
