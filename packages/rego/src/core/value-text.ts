import { RegoError } from "../errors.ts";
import {
  isNumber,
  isObject,
  isSet,
  numberOf,
  objectOf,
  type RegoEntry,
  type RegoValue,
  setOf,
} from "./value.ts";

/** Values inside each other that are read; a document may not be deeper, see `MAX_JSON_DEPTH` of the protocol. */
const maxDepth = 1024;

/**
 * Writes a value as `opa_value_parse` reads it: JSON, with sets as `{1,2}` and `set()`, and keys of any type. Half
 * surrogate pairs, which no text in UTF-8 can hold, are replaced.
 */
export function formatValue(value: RegoValue): string {
  if (typeof value === "string") return JSON.stringify(value.toWellFormed());
  if (typeof value !== "object" || value === null) return String(value);
  if (isNumber(value)) return value.text;
  if (isObject(value)) {
    return `{${value.entries.map(([key, member]) => `${formatValue(key)}:${formatValue(member)}`).join(",")}}`;
  }
  if (isSet(value)) return value.items.length === 0 ? "set()" : `{${value.items.map(formatValue).join(",")}}`;
  return `[${value.map(formatValue).join(",")}]`;
}

/**
 * Reads what {@link formatValue} and `opa_value_dump` write, JSON included.
 * @throws {RegoError} `REGO_VALUE_INVALID`
 */
export function parseValue(text: string): RegoValue {
  const reader = { text, position: 0 };
  const value = readValue(reader, 0);
  skipSpace(reader);
  if (reader.position < text.length) throw invalid(reader);
  return value;
}

interface Reader {
  readonly text: string;
  position: number;
}

const space = /[ \t\r\n]*/y;
/** Numbers of Rego, which may begin with the point. */
const scalar = /null|true|false|-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?/y;
const quoted = /"(?:[^"\\\u0000-\u001f]|\\.)*"/y;

function readValue(reader: Reader, depth: number): RegoValue {
  if (depth > maxDepth) throw invalid(reader);
  skipSpace(reader);
  switch (reader.text[reader.position]) {
    case '"':
      return readString(reader);
    case "[":
      return readArray(reader, depth);
    case "{":
      return readBraces(reader, depth);
    case "s":
      return readEmptySet(reader);
    default:
      return readScalar(reader);
  }
}

function readScalar(reader: Reader): RegoValue {
  const word = take(reader, scalar);
  switch (word) {
    case undefined:
      throw invalid(reader);
    case "null":
      return null;
    case "true":
    case "false":
      return word === "true";
    default:
      return numberOf(word);
  }
}

function readString(reader: Reader): string {
  const word = take(reader, quoted);
  if (word === undefined) throw invalid(reader);
  try {
    return JSON.parse(word) as string;
  } catch {
    throw invalid(reader);
  }
}

function readArray(reader: Reader, depth: number): RegoValue[] {
  const items: RegoValue[] = [];
  reader.position++;
  if (takeCharacter(reader, "]")) return items;
  do items.push(readValue(reader, depth + 1));
  while (takeCharacter(reader, ","));
  if (!takeCharacter(reader, "]")) throw invalid(reader);
  return items;
}

/** A set or an object: what follows the first value tells. */
function readBraces(reader: Reader, depth: number): RegoValue {
  reader.position++;
  if (takeCharacter(reader, "}")) return objectOf([]);
  const first = readValue(reader, depth + 1);
  const value = takeCharacter(reader, ":")
    ? readMembers(reader, first, depth)
    : readItems(reader, first, depth);
  if (!takeCharacter(reader, "}")) throw invalid(reader);
  return value;
}

function readMembers(reader: Reader, firstKey: RegoValue, depth: number): RegoValue {
  const entries: RegoEntry[] = [[firstKey, readValue(reader, depth + 1)]];
  while (takeCharacter(reader, ",")) {
    const key = readValue(reader, depth + 1);
    if (!takeCharacter(reader, ":")) throw invalid(reader);
    entries.push([key, readValue(reader, depth + 1)]);
  }
  return objectOf(entries);
}

function readItems(reader: Reader, first: RegoValue, depth: number): RegoValue {
  const items = [first];
  while (takeCharacter(reader, ",")) items.push(readValue(reader, depth + 1));
  return setOf(items);
}

function readEmptySet(reader: Reader): RegoValue {
  if (!reader.text.startsWith("set()", reader.position)) throw invalid(reader);
  reader.position += "set()".length;
  return setOf([]);
}

function skipSpace(reader: Reader): void {
  take(reader, space);
}

function takeCharacter(reader: Reader, character: string): boolean {
  skipSpace(reader);
  if (reader.text[reader.position] !== character) return false;
  reader.position++;
  return true;
}

function take(reader: Reader, pattern: RegExp): string | undefined {
  pattern.lastIndex = reader.position;
  const word = pattern.exec(reader.text)?.[0];
  if (word !== undefined) reader.position += word.length;
  return word;
}

function invalid({ position }: Reader): RegoError {
  return new RegoError(`not a Rego value at character ${position}`, { code: "REGO_VALUE_INVALID" });
}
