/**
 * A number that JavaScript cannot hold as it was written, such as an integer above 2^53 or `1.0`. It is written
 * again as it was read, which keeps it out of the patch; for arithmetic it is a number like any other.
 */
export class RawNumber {
  /** As in the JSON text. */
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
  valueOf(): number {
    return Number(this.text);
  }
  toString(): string {
    return this.text;
  }
  toJSON(): unknown {
    return rawJson(this.text);
  }
}

/** Not in the types of the language version we build with; every engine a policy runs in has it. */
const { rawJSON: rawJson } = JSON as unknown as { rawJSON(text: string): unknown };

/** What the third parameter of a reviver tells about a primitive. */
interface ReviverContext {
  readonly source?: string;
}

/**
 * Behind `":`, `[` or `,` (a value starts) `-0` or a number with a fraction, an exponent or 16 digits. Says yes too often
 * when a string looks like this, which costs time only.
 */
const mayChange = /(?:"\s*:|[[,])\s*(?:-0|-?\d+[.eE]|-?\d{16})|^\s*-?\d/;

/**
 * Reads JSON; numbers that would change become `RawNumber`.
 * @param numbersMayChange - false when the text is known to hold no such number; without it the text is searched
 * @throws {SyntaxError}
 */
export function parseJson(text: string, numbersMayChange = mayChange.test(text)): unknown {
  return numbersMayChange ? JSON.parse(text, keepText) : JSON.parse(text);
}

function keepText(_key: string, value: unknown, context?: ReviverContext): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return String(value) === context.source ? value : new RawNumber(context.source);
}

/**
 * The value with numbers such as `1.0` made plain ones, for what is read by a schema and not written again. Integers
 * that do not fit stay `RawNumber`, which a schema then refuses.
 */
export function plainNumbers(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof RawNumber) return /[.eE]/.test(value.text) ? Number(value.text) : value;
  if (Array.isArray(value)) return value.map(plainNumbers);
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, plainNumbers(member)]));
}

/** Writes JSON. @throws {TypeError} on a cycle or a bigint */
export function stringifyJson(value: unknown): string {
  return JSON.stringify(value);
}
