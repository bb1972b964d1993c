/** A part of a layout that stands for a part of a time, named as in the reference time of Go's `time` package. */
export type LayoutElement =
  | "January"
  | "Jan"
  | "1"
  | "01"
  | "Monday"
  | "Mon"
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
  | "05"
  | "2006"
  | "06"
  | "PM"
  | "pm"
  | "MST"
  | ZoneElement
  | FractionElement;

/** An offset from UTC: `Z` ones write `Z` for none. */
export type ZoneElement = `${"Z" | "-"}07${"" | "00" | ":00" | "0000" | ":00:00"}`;

/** A point or comma, then zeros, or nines: those drop zeros at the end. */
export type FractionElement = `${"." | ","}${"0" | "9"}${string}`;

/** Text before an element, and the element; the last piece of a layout has none. */
export interface LayoutPiece {
  readonly prefix: string;
  readonly element: LayoutElement | undefined;
}

// In the order in which Go tries them where one is the beginning of another.
const elements = [
  "January",
  "Jan(?![a-z])",
  "Monday",
  "Mon(?![a-z])",
  "MST",
  "0[1-6]",
  "002",
  "15",
  "1",
  "2006",
  "2",
  // `_2006` is an underscore before a year.
  "_2(?!006)",
  "__2",
  "[345]",
  "PM",
  "pm",
  "[Z-]07(?:0000|:00:00|00|:00)?",
  "[.,](?:0+|9+)(?!\\d)",
].join("|");

/** Splits a layout at its elements, as Go does; anything else in it is text. */
export function splitLayout(layout: string): readonly LayoutPiece[] {
  const pieces: LayoutPiece[] = [];
  let end = 0;
  for (const { 0: element, index } of layout.matchAll(new RegExp(elements, "g"))) {
    pieces.push({ prefix: layout.slice(end, index), element: element as LayoutElement });
    end = index + element.length;
  }
  return [...pieces, { prefix: layout.slice(end), element: undefined }];
}

export function isFraction(element: LayoutElement | undefined): element is FractionElement {
  return element !== undefined && /^[.,]/.test(element);
}

export function isZone(element: LayoutElement): element is ZoneElement {
  return /^[Z-]/.test(element);
}

const layouts: Readonly<Record<string, string>> = {
  ANSIC: "Mon Jan _2 15:04:05 2006",
  UnixDate: "Mon Jan _2 15:04:05 MST 2006",
  RubyDate: "Mon Jan 02 15:04:05 -0700 2006",
  RFC822: "02 Jan 06 15:04 MST",
  RFC822Z: "02 Jan 06 15:04 -0700",
  RFC850: "Monday, 02-Jan-06 15:04:05 MST",
  RFC1123: "Mon, 02 Jan 2006 15:04:05 MST",
  RFC1123Z: "Mon, 02 Jan 2006 15:04:05 -0700",
  RFC3339: "2006-01-02T15:04:05Z07:00",
  RFC3339Nano: "2006-01-02T15:04:05.999999999Z07:00",
};

/** The layout of a name that OPA knows; any other text is a layout itself. */
export function namedLayout(text: string): string {
  return Object.hasOwn(layouts, text) ? layouts[text]! : text;
}

export const dayNames = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
export const monthNames = [
  ...["January", "February", "March", "April", "May", "June"],
  ...["July", "August", "September", "October", "November", "December"],
];
