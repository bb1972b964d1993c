// Not in the types of the language version we build with; Node.js has both.
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON(text: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

/** A number that JavaScript cannot hold as it was written; `JSON.stringify` writes it byte for byte. */
export interface RawNumber {
  readonly rawJSON: string;
}

/** What the third parameter of a reviver tells about a primitive. */
interface ReviverContext {
  readonly source?: string;
}

/**
 * Where a value starts: `-0`, or a number with a fraction, an exponent or 16 digits. Says yes too often when a string
 * looks like this, which costs time only.
 */
const mayChange = /(?:^|[[,:])\s*(?:-0|-?\d+[.eE]|-?\d{16})/;

/**
 * Reads JSON so that `JSON.stringify` writes every number as it was: those that would change, such as
 * `9007199254740993` and `1.0`, become {@link RawNumber}.
 * @throws {SyntaxError}
 */
export function parseExact(text: string): unknown {
  return mayChange.test(text) ? JSON.parse(text, keepText) : JSON.parse(text);
}

function keepText(_key: string, value: unknown, context?: ReviverContext): unknown {
  if (typeof value !== "number" || context?.source === undefined) return value;
  return String(value) === context.source ? value : rawJSON(context.source);
}

export function isRawNumber(value: unknown): value is RawNumber {
  return isRawJSON(value);
}
