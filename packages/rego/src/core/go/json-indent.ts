import { checkSize } from "../builtin.ts";
import { isArray, isNumber, isObject, type RegoValue } from "../value.ts";
import { formatGoJson, quoteGoJson } from "./json.ts";

/** Layout of JSON over several lines, and how much of it there may be. */
export interface JsonLayout {
  /** before each line but the first */
  readonly prefix: string;
  /** for each level, after the prefix */
  readonly indent: string;
  readonly maxResultSize: number;
}

/**
 * Writes a value that JSON can hold as `json.MarshalIndent` does.
 * @throws {RegoError} `REGO_LIMIT`
 */
export function formatIndentedJson(value: RegoValue, layout: JsonLayout): string {
  const writer = { layout, parts: [], size: 0 };
  write(writer, value, 0);
  return writer.parts.join("");
}

interface Writer {
  readonly layout: JsonLayout;
  readonly parts: string[];
  size: number;
}

function write(writer: Writer, value: RegoValue, depth: number): void {
  const isNested = value !== null && typeof value === "object" && !isNumber(value);
  if (isNested && isArray(value))
    writeAll(writer, { open: "[", close: "]", depth }, value, (item) => {
      write(writer, item, depth + 1);
    });
  else if (isNested && isObject(value))
    writeAll(writer, { open: "{", close: "}", depth }, value.entries, ([key, member]) => {
      put(writer, `${quoteGoJson(String(key))}: `);
      write(writer, member, depth + 1);
    });
  else put(writer, formatGoJson(value));
}

function writeAll<T>(
  writer: Writer,
  { open, close, depth }: { open: string; close: string; depth: number },
  items: readonly T[],
  writeItem: (item: T) => void,
): void {
  put(writer, open);
  for (const [index, item] of items.entries()) {
    if (index > 0) put(writer, ",");
    putLine(writer, depth + 1);
    writeItem(item);
  }
  if (items.length > 0) putLine(writer, depth);
  put(writer, close);
}

function putLine(writer: Writer, depth: number): void {
  const { prefix, indent } = writer.layout;
  checkSize(writer.size + prefix.length + indent.length * depth, writer.layout);
  put(writer, `\n${prefix}${indent.repeat(depth)}`);
}

function put(writer: Writer, text: string): void {
  writer.size += text.length;
  checkSize(writer.size, writer.layout);
  writer.parts.push(text);
}
