import { type BuiltinContext, checkSize } from "../builtin.ts";

/** How one verb of a format is to be written. */
export interface FormatOptions {
  sharp: boolean;
  zero: boolean;
  plus: boolean;
  minus: boolean;
  space: boolean;
  /** `#` and `+` of `%v`, which mean something else there */
  sharpV: boolean;
  plusV: boolean;
  width: number | undefined;
  precision: number | undefined;
}

export function noOptions(): FormatOptions {
  return {
    sharp: false,
    zero: false,
    plus: false,
    minus: false,
    space: false,
    sharpV: false,
    plusV: false,
    width: undefined,
    precision: undefined,
  };
}

/** What was written so far. */
export interface FormatOutput {
  readonly parts: string[];
  size: number;
  readonly limits: Pick<BuiltinContext, "maxResultSize">;
}

/** @throws {RegoError} `REGO_LIMIT` */
export function put(output: FormatOutput, text: string): void {
  output.size += text.length;
  checkSize(output.size, output.limits);
  output.parts.push(text);
}

/** A text that fills the width; with blanks, unless `zero` asks for something else. */
export function padded(text: string, { width = 0, zero, minus }: FormatOptions): string {
  if (width === 0) return text;
  const missing = Math.max(width - lengthOf(text), 0);
  const padding = (zero && !minus ? "0" : " ").repeat(missing);
  return minus ? text + padding : padding + text;
}

function lengthOf(text: string): number {
  let length = 0;
  for (const _ of text) length++;
  return length;
}
