import { BuiltinError } from "../../errors.ts";

/** What was read of a time so far. */
export interface TimeFields {
  year: number;
  month?: number;
  day?: number;
  yearDay?: number;
  hour: number;
  minute: number;
  second: number;
  nanosecond: number;
  half?: "AM" | "PM";
  isUtc?: boolean;
  /** Seconds east of UTC; one second west counts as none at all, as in Go. */
  offset?: number;
}

/** What is left of the text to read, one character for each byte. */
export interface TimeReader {
  rest: string;
  readonly fields: TimeFields;
}

export function mismatch(element: string): BuiltinError {
  return new BuiltinError(`parsing time: cannot parse as ${element.slice(0, 40)}`);
}

export function outOfRange(field: string): BuiltinError {
  return new BuiltinError(`parsing time: ${field} out of range`);
}
