import { isUtf8 } from "node:buffer";
import { errorText } from "@kubewarden-ts/base";
import {
  decodeJsonString,
  type KnownKeys,
  keyIndex,
  ProtocolError,
  scanDocument,
  skipWhitespace,
} from "@kubewarden-ts/protocol";
import { KubeError } from "../errors.ts";
import { OPEN_BRACE, QUOTE } from "./ascii.ts";
import { checkDeepDocument } from "./deep-document.ts";
import { beforeMembers, nextMember } from "./walk-json.ts";

/** Where a value stands in its document. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/**
 * Checks that the bytes are one JSON object in UTF-8.
 * @param what - names the document in the error
 * @returns where it begins
 * @throws {KubeError} `KUBE_ANSWER_INVALID`
 */
export function checkObject(bytes: Uint8Array, what: string): number {
  if (!isUtf8(bytes)) throw invalid(what, "it is not UTF-8");
  try {
    checkDocument(bytes);
  } catch (cause) {
    throw invalid(what, errorText(cause));
  }
  const start = skipWhitespace(bytes, 0);
  if (bytes[start] !== OPEN_BRACE) throw invalid(what, "it is not a JSON object");
  return start;
}

/** The quick way gives up on depth that hardly any document has. */
function checkDocument(bytes: Uint8Array): void {
  try {
    scanDocument(bytes);
  } catch (error) {
    if (!(error instanceof ProtocolError && error.code === "JSON_TOO_DEEP")) throw error;
    checkDeepDocument(bytes);
  }
}

/**
 * The places of some members of the object that begins at `start`; of keys that stand twice, the last, as
 * `JSON.parse` has it. The object must have been checked.
 */
export function placesOf<Name extends string>(
  bytes: Uint8Array,
  start: number,
  keys: KnownKeys<Name>,
): Partial<Record<Name, Place>> {
  const places: Partial<Record<Name, Place>> = {};
  if (bytes[start] !== OPEN_BRACE) return places;
  const member = beforeMembers(start);
  while (nextMember(bytes, member)) {
    const name = keys.names[keyIndex(keys, bytes, member.keyStart, member.keyEnd)];
    if (name !== undefined) places[name] = { start: member.valueStart, end: member.valueEnd };
  }
  return places;
}

/** The text of a JSON string; `undefined` for another value, and for none. */
export function stringAt(bytes: Uint8Array, place: Place | undefined): string | undefined {
  if (place === undefined || bytes[place.start] !== QUOTE) return undefined;
  return decodeJsonString(bytes, place.start + 1, place.end - 1);
}

export function invalid(what: string, detail: string): KubeError {
  return new KubeError(`the API server sent ${what} that cannot be used: ${detail}`, {
    code: "KUBE_ANSWER_INVALID",
  });
}
