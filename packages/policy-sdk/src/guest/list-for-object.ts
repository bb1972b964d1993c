const objectTypes: readonly unknown[] = [
  "object",
  "strict_object",
  "loose_object",
  "object_with_rest",
  "record",
];

/**
 * Where a list stands in place of an object: for a schema of Valibot a list is an object too. What a union or a lazy
 * schema holds is not looked into.
 * @returns the path, such as `limits.0`, empty for the value itself; `undefined` when there is no such place
 */
export function listForObject(
  schema: unknown,
  value: unknown,
  path: readonly string[] = [],
): string | undefined {
  const wrapped = member(schema, "wrapped");
  if (wrapped !== undefined) return listForObject(wrapped, value, path);
  if (typeof value !== "object" || value === null) return undefined;
  const isObject = objectTypes.includes(member(schema, "type"));
  if (isObject && Array.isArray(value)) return path.join(".");
  for (const [key, inner] of Object.entries(value)) {
    const schemaOfInner =
      member(member(schema, "entries"), key) ?? member(schema, "item") ?? recordValue(schema);
    const found = listForObject(schemaOfInner, inner, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function recordValue(schema: unknown): unknown {
  return member(schema, "type") === "record" ? member(schema, "value") : undefined;
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, key)
    ? Reflect.get(value, key)
    : undefined;
}
