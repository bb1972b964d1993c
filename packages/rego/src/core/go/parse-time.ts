import { BuiltinError } from "../../errors.ts";
import { daysIn, isLeap } from "./civil-time.ts";
import { parseElement } from "./parse-time-element.ts";
import { splitLayout } from "./time-layout.ts";
import { mismatch, outOfRange, type TimeFields, type TimeReader } from "./time-reader.ts";

/**
 * Reads a time by a layout of Go's `time` package.
 * @returns nanoseconds since 1970, of any size
 * @throws {BuiltinError} when the text is not as the layout says
 */
export function parseTime(layout: string, text: string): bigint {
  const fields: TimeFields = { year: 0, hour: 0, minute: 0, second: 0, nanosecond: 0 };
  const reader: TimeReader = { rest: byteText(text), fields };
  const pieces = splitLayout(byteText(layout));
  for (const [index, { prefix, element }] of pieces.entries()) {
    skip(reader, prefix);
    if (element !== undefined) parseElement(reader, element, pieces[index + 1]?.element);
  }
  if (reader.rest !== "") throw new BuiltinError("parsing time: extra text");
  return momentOf(fields);
}

function byteText(text: string): string {
  const bytes = new TextEncoder().encode(text);
  return bytes.length === text.length
    ? text
    : Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}

/** Passes over the text of a layout, where any spaces stand for any other ones. */
function skip(reader: TimeReader, prefix: string): void {
  for (const part of prefix.match(/ +|[^ ]+/g) ?? []) {
    if (part.startsWith(" ")) {
      if (reader.rest !== "" && !reader.rest.startsWith(" ")) throw mismatch(part);
      reader.rest = reader.rest.replace(/^ +/, "");
      continue;
    }
    if (!reader.rest.startsWith(part)) throw mismatch(part);
    reader.rest = reader.rest.slice(part.length);
  }
}

function momentOf(fields: TimeFields): bigint {
  const { year, minute, second, nanosecond } = fields;
  const { month, day } = dateOf(fields);
  if (day < 1 || day > daysIn(month, year)) throw outOfRange("day");
  // Years below 100 mean others to Date.UTC.
  const date = new Date(0).setUTCFullYear(year, month - 1, day);
  const seconds = date / 1000 + hourOf(fields) * 3600 + minute * 60 + second - offsetOf(fields);
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanosecond);
}

function hourOf({ hour, half }: TimeFields): number {
  if (half === "PM" && hour < 12) return hour + 12;
  return half === "AM" && hour === 12 ? 0 : hour;
}

/** The name of a zone, even `GMT+3`, moves nothing: the local zone, the only one whose names Go knows, is UTC. */
function offsetOf({ isUtc, offset = -1 }: TimeFields): number {
  return isUtc || offset === -1 ? 0 : offset;
}

function dateOf(fields: TimeFields): { month: number; day: number } {
  if (fields.yearDay === undefined) return { month: fields.month ?? 1, day: fields.day ?? 1 };
  const { year, yearDay } = fields;
  if (yearDay < 1 || yearDay > (isLeap(year) ? 366 : 365)) throw outOfRange("day-of-year");
  const date = new Date(new Date(0).setUTCFullYear(year, 0, yearDay));
  const found = { month: date.getUTCMonth() + 1, day: date.getUTCDate() };
  const { month = found.month, day = found.day } = fields;
  if (month !== found.month || day !== found.day) {
    throw new BuiltinError("parsing time: day-of-year does not match month or day");
  }
  return found;
}
