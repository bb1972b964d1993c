import { fractionDigits } from "./format-time.ts";
import { parseZoneName, parseZoneOffset } from "./parse-time-zone.ts";
import { dayNames, isFraction, isZone, type LayoutElement, monthNames } from "./time-layout.ts";
import { mismatch, outOfRange, type TimeReader } from "./time-reader.ts";

/**
 * Reads what an element of a layout stands for.
 * @param next - the element after it, whatever text is between: a fraction there reads what stands behind the seconds
 * @throws {BuiltinError}
 */
export function parseElement(
  reader: TimeReader,
  element: LayoutElement,
  next: LayoutElement | undefined,
): void {
  const { fields } = reader;
  if (isFraction(element)) return parseFraction(reader, element);
  if (isZone(element)) return parseZoneOffset(reader, element);
  switch (element) {
    case "2006":
      fields.year = Number(take(reader, /^\d{4}/, element));
      return;
    case "06":
      fields.year = century(Number(take(reader, /^(?:\d\d|[-+]\d)/, element)));
      return;
    case "January":
    case "Jan":
      fields.month = takeName(reader, monthNames, element) + 1;
      return;
    case "Monday":
    case "Mon":
      takeName(reader, dayNames, element);
      return;
    case "MST":
      return parseZoneName(reader);
    case "PM":
    case "pm":
      fields.half = take(reader, element === "PM" ? /^[AP]M/ : /^[ap]m/, element).toUpperCase() as
        | "AM"
        | "PM";
      return;
    default:
      return parseNumber(reader, element, next);
  }
}

/** Two digits mean the years from 1969 to 2068. */
function century(year: number): number {
  return year + (year >= 69 ? 1900 : 2000);
}

type NumberElement =
  | "1"
  | "01"
  | "2"
  | "_2"
  | "02"
  | "__2"
  | "002"
  | "15"
  | "3"
  | "03"
  | "4"
  | "04"
  | "5"
  | "05";

function parseNumber(reader: TimeReader, element: NumberElement, next: LayoutElement | undefined): void {
  const { fields } = reader;
  switch (element) {
    case "1":
    case "01":
      fields.month = takeNumber(reader, element, [1, 12], "month");
      return;
    case "2":
    case "_2":
    case "02":
      fields.day = takeNumber(reader, element, [0, 99], "day");
      return;
    case "__2":
      fields.yearDay = Number(take(reader, /^ {0,2}\d{1,3}/, element));
      return;
    case "002":
      fields.yearDay = Number(take(reader, /^\d{3}/, element));
      return;
    case "15":
      fields.hour = takeNumber(reader, element, [0, 23], "hour");
      return;
    case "3":
    case "03":
      fields.hour = takeNumber(reader, element, [0, 12], "hour");
      return;
    case "4":
    case "04":
      fields.minute = takeNumber(reader, element, [0, 59], "minute");
      return;
    case "5":
    case "05":
      fields.second = takeNumber(reader, element, [0, 59], "second");
      // A fraction is read there even where the layout has none.
      if (!(next !== undefined && isFraction(next))) parseFraction(reader, ".9");
  }
}

function takeNumber(
  reader: TimeReader,
  element: NumberElement,
  [least, most]: readonly [number, number],
  field: string,
): number {
  const pattern = element.startsWith("0") ? /^\d\d/ : element === "_2" ? /^ ?\d\d?/ : /^\d\d?/;
  const value = Number(take(reader, pattern, element));
  if (value < least || value > most) throw outOfRange(field);
  return value;
}

/** The index of a name in any case; three letters of it for the short elements. */
function takeName(reader: TimeReader, names: readonly string[], element: string): number {
  const known = names.map((name) => (element.length === 3 ? name.slice(0, 3) : name).toLowerCase());
  const text = reader.rest.slice(0, "Wednesday".length).toLowerCase();
  const found = known.findIndex((name) => text.startsWith(name));
  if (found < 0) throw mismatch(element);
  reader.rest = reader.rest.slice(known[found]!.length);
  return found;
}

function parseFraction(reader: TimeReader, element: string): void {
  const text =
    element[1] === "9" ? (/^[.,]\d+/.exec(reader.rest)?.[0] ?? "") : fixedFraction(reader, element);
  reader.rest = reader.rest.slice(text.length);
  if (text !== "") reader.fields.nanosecond = nanoseconds(text, element);
}

/** As many bytes as the element has. */
function fixedFraction({ rest }: TimeReader, element: string): string {
  const length = 1 + fractionDigits(element);
  if (rest.length < length) throw mismatch(element);
  return rest.slice(0, length);
}

/** Go looks at nine digits, among which there may be a sign. */
function nanoseconds(text: string, element: string): number {
  const digits = text.slice(1, 10);
  if (!/^[.,][-+]?\d*$/.test(text.slice(0, 10))) throw mismatch(element);
  const value = Number(digits.replace(/^[-+]/, "")) * (digits.startsWith("-") ? -1 : 1);
  if (value < 0) throw outOfRange("fractional second");
  return value * 10 ** (9 - digits.length);
}

function take(reader: TimeReader, pattern: RegExp, element: string): string {
  const found = pattern.exec(reader.rest)?.[0];
  if (found === undefined) throw mismatch(element);
  reader.rest = reader.rest.slice(found.length);
  return found;
}
