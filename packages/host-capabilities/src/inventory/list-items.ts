import {
  MAX_JSON_DEPTH,
  type MemberRuns,
  ProtocolError,
  scanEnd,
  scanMembers,
  skipValue,
  skipWhitespace,
} from "@kubewarden-ts/protocol";
import { HostCallError } from "../errors.ts";

/** One object of a list. */
export interface ListItem {
  readonly name: string;
  /** `undefined` for objects that have none. */
  readonly namespace: string | undefined;
  /** The object, a view of the list. */
  readonly bytes: Uint8Array;
}

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const comma = 0x2c;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * The objects of a List, cut out of its JSON.
 * @throws {HostCallError} for what is no list, or an object without a name
 */
export function listItems(list: Uint8Array): ListItem[] {
  try {
    const { runs, end } = scanMembers(list, skipWhitespace(list, 0));
    scanEnd(list, end);
    const items = memberOf(list, runs, "items");
    if (items === undefined || list[items.start] !== openBracket) throw failed("a list without items");
    return Array.from(elements(list, items.start), ({ start, end }) => itemOf(list.subarray(start, end)));
  } catch (error) {
    if (error instanceof ProtocolError) throw failed(`a list that is not JSON: ${error.message}`);
    throw error;
  }
}

function itemOf(bytes: Uint8Array): ListItem {
  const metadata = memberOf(bytes, scanMembers(bytes, 0).runs, "metadata");
  if (metadata === undefined || bytes[metadata.start] !== 0x7b)
    throw failed("DynamicObject does not have a name");
  const { runs } = scanMembers(bytes, metadata.start);
  const name = textMember(bytes, runs, "name");
  if (name === undefined) throw failed("DynamicObject does not have a name");
  return { name, namespace: textMember(bytes, runs, "namespace"), bytes };
}

function textMember(bytes: Uint8Array, runs: MemberRuns, key: string): string | undefined {
  const found = memberOf(bytes, runs, key);
  if (found === undefined) return undefined;
  const value = parseText(bytes, found.start, found.end);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** Where the value of a key stands; of a key that stands twice, the last. */
function memberOf(
  bytes: Uint8Array,
  runs: MemberRuns,
  key: string,
): { start: number; end: number } | undefined {
  let found: { start: number; end: number } | undefined;
  for (let at = 0; at < runs.length; at += 4) {
    const [keyStart = 0, keyEnd = 0, valueStart = 0, end = 0] = runs.slice(at, at + 4);
    if (parseText(bytes, keyStart - 1, keyEnd + 1) === key) found = { start: valueStart, end };
  }
  return found;
}

/** A copy is read: lists are shared between threads, and what is shared cannot be decoded. */
function parseText(bytes: Uint8Array, start: number, end: number): unknown {
  return JSON.parse(decoder.decode(bytes.slice(start, end)));
}

function* elements(bytes: Uint8Array, start: number): Generator<{ start: number; end: number }> {
  let at = skipWhitespace(bytes, start + 1);
  if (bytes[at] === closeBracket) return;
  for (;;) {
    const end = skipValue(bytes, at, listDepth);
    yield { start: at, end };
    const next = skipWhitespace(bytes, end);
    if (bytes[next] !== comma) return;
    at = skipWhitespace(bytes, next + 1);
  }
}

/** Items stand inside of the list and its array. */
const listDepth = Math.min(2, MAX_JSON_DEPTH);

function failed(message: string): HostCallError {
  return new HostCallError(message, { code: "HOST_CALL_FAILED" });
}
