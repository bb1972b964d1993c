import { type LosslessValue, ProtocolError, parseLossless, repeatedKey } from "@kubewarden-ts/protocol";
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
