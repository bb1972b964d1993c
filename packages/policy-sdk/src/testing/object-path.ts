/** Where a value stands in an object: `spec.containers[0].image`, or the keys one by one where one holds a dot. */
export type ObjectPath = string | readonly (string | number)[];

/**
 * The value at a path; `undefined` where there is none.
 * @throws {TypeError} when a text is no path
 */
export function valueAt(object: unknown, path: ObjectPath): unknown {
  let current: unknown = object;
  for (const key of keysOf(path)) {
    if (typeof current !== "object" || current === null || !Object.hasOwn(current, key)) return undefined;
    current = Reflect.get(current, key);
  }
  return current;
}

/** As messages show it. */
export function formatPath(path: ObjectPath): string {
  return typeof path === "string" ? path : JSON.stringify(path);
}

function keysOf(path: ObjectPath): readonly (string | number)[] {
  if (typeof path !== "string") return path;
  const keys = [...path.matchAll(/(?:^|\.)([^.[\]]+)|\[(\d+)\]/g)];
  const read = keys.reduce((length, [text]) => length + text.length, 0);
  if (path === "" || read !== path.length) throw new TypeError(`not a path: ${JSON.stringify(path)}`);
  return keys.map(([, name = "", index]) => (index === undefined ? name : Number(index)));
}
