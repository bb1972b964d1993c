/** Copies what JSON can hold, and dates, maps, sets and cycles. @throws {TypeError} on functions and symbols */
export function structuredClone<T>(value: T): T {
  return clone(value, new Map()) as T; // the copy has the shape of the original
}

function clone(value: unknown, done: Map<object, unknown>): unknown {
  if (typeof value === "function" || typeof value === "symbol") {
    throw new TypeError(`structuredClone cannot copy a ${typeof value}`);
  }
  if (typeof value !== "object" || value === null) return value;
  if (done.has(value)) return done.get(value);
  if (value instanceof Date) return new Date(value.getTime());
  const copy = emptyLike(value);
  done.set(value, copy);
  if (copy instanceof Map && value instanceof Map) {
    for (const [key, item] of value) copy.set(clone(key, done), clone(item, done));
  } else if (copy instanceof Set && value instanceof Set) {
    for (const item of value) copy.add(clone(item, done));
  } else {
    for (const [key, item] of Object.entries(value)) define(copy, key, clone(item, done));
  }
  return copy;
}

function emptyLike(value: object): object {
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  const prototype: unknown = Object.getPrototypeOf(value);
  // What the SDK itself puts into objects, such as numbers that keep their text, stays what it is.
  return Object.create(prototype as object | null); // a prototype is nothing else
}

/** Defined, not assigned: `__proto__` is a key like any other. */
function define(target: object, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
}
