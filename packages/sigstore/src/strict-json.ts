import { type LosslessValue, ProtocolError, parseLossless, repeatedKey } from "@kubewarden-ts/protocol";
import { SigstoreError, type SigstoreErrorCode } from "./errors.ts";
import { quoted } from "./quoted.ts";

/**
 * Reads JSON that a signature is about, or that speaks of one. A key that stands twice in an object is refused: who
 * signed and who verifies must not read two documents.
 * @param what - as the error names it, such as `payload`
 */
export function parseStrictJson(
  bytes: Uint8Array,
  { what, code }: { what: string; code: SigstoreErrorCode },
): LosslessValue {
  try {
    const value = parseLossless(bytes);
    const twice = repeatedKey(new TextDecoder().decode(bytes));
    if (twice === undefined) return value;
    const problem = `the key ${quoted(twice)} stands twice in one object`;
    throw new SigstoreError(`the ${what} is ambiguous: ${problem}`, { code });
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    const place = `${error.message} at byte ${error.offset}`;
    throw new SigstoreError(`the ${what} is not JSON: ${place}`, { code });
  }
}

/** A member of an object; `undefined` where there is no object, or no such member. */
export function memberOf(value: LosslessValue | undefined, name: string): LosslessValue | undefined {
  return value instanceof Map ? value.get(name) : undefined;
}
