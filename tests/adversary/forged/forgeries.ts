// JSON that tries to be more than it says, and what is nearly JSON.

/** A forgery of a value that stands anywhere in a document. */
export interface ForgedValue {
  readonly what: string;
  readonly text: string;
  /** Of a depth, a size or half a character that no object of a cluster has: an object with it is refused. */
  readonly isRefused: boolean;
}

const value = (what: string, text: string, isRefused = false): ForgedValue => ({ what, text, isRefused });
const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);

export const forgedValues: readonly ForgedValue[] = [
  value("a prototype", '{"__proto__":{"polluted":true}}'),
  value("a prototype with escapes", '{"\\u005f_proto__":{"polluted":true}}'),
  value("a prototype by way of the constructor", '{"constructor":{"prototype":{"polluted":true}}}'),
  value("a prototype that is null", '{"__proto__":null}'),
  value("methods", '{"toString":1,"valueOf":2,"hasOwnProperty":3,"toJSON":4,"then":5}'),
  value("a length", '{"length":4294967295,"0":true}'),
  value("10 000 levels of lists", nested(10_000), true),
  value("10 000 levels of objects", `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`, true),
  value("a number beyond all doubles", "1e400", true),
  value("a number of 1000 digits", "9".repeat(1000), true),
  value("a fraction of 1000 digits", `0.${"9".repeat(1000)}`),
  value("a number below all doubles", "1e-400"),
  value("an exponent of 1000 digits", `1e${"9".repeat(1000)}`, true),
  value("half a character", '"\\ud800"', true),
  value("two halves the wrong way round", '"\\udc00\\ud800"', true),
  value("a key of half a character", '{"\\udfff":1}', true),
  value("a NUL", '"\\u0000"'),
  value("a byte order mark", '"\\ufeff"'),
];

/** Nearly JSON: the document, and bytes that make it none. */
export const brokenDocuments: readonly (readonly [what: string, forge: (text: string) => Uint8Array])[] = [
  ["a byte order mark before it", (text) => bytesOf(`\ufeff${text}`)],
  ["a NUL after it", (text) => bytesOf(`${text}\u0000`)],
  ["a NUL before it", (text) => bytesOf(`\u0000${text}`)],
  ["another document after it", (text) => bytesOf(`${text}${text}`)],
  ["a comma after its last member", (text) => bytesOf(`${text.slice(0, -1)},}`)],
  ["a comment", (text) => bytesOf(`/**/${text}`)],
  ["single quotes", (text) => bytesOf(text.replaceAll('"', "'"))],
  ["its last byte missing", (text) => bytesOf(text).slice(0, -1)],
  ["a no-break space around it", (text) => bytesOf(`\u00a0${text}\u00a0`)],
  ["a byte that is no text", (text) => insert(text, [0xff])],
  ["an overlong NUL", (text) => insert(text, [0xc0, 0x80])],
  ["an encoded surrogate", (text) => insert(text, [0xed, 0xa0, 0x80])],
  ["a control character in a string", (text) => insert(text, [0x01])],
  ["two bytes for each unit", (text) => new Uint8Array(Buffer.from(text, "utf16le"))],
];

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** Bytes inside of the first string. */
function insert(text: string, bytes: readonly number[]): Uint8Array {
  const source = bytesOf(text);
  const at = source.indexOf(0x22) + 1;
  return Uint8Array.from([...source.subarray(0, at), ...bytes, ...source.subarray(at)]);
}

/** Properties that objects have since the tests began: more of them would be somebody's. */
export function inheritedKeys(): string[] {
  const keys: string[] = [];
  for (const key in {}) keys.push(key);
  for (const key in []) keys.push(key);
  return keys;
}
