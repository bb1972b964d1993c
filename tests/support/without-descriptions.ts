type Tree = { [key: string]: unknown };
const isTree = (value: unknown): value is Tree => typeof value === "object" && value !== null;

/** A part of a CustomResourceDefinition without what it says to people: texts differ where the structure does not. */
export function withoutDescriptions(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutDescriptions);
  if (!isTree(value)) return value;
  const { description: _description, ...rest } = value;
  const entries = Object.entries(rest).map(([key, part]) => [
    key,
    key === "properties" ? fields(part) : withoutDescriptions(part),
  ]);
  return Object.fromEntries(entries);
}

/** A field may be called `description`. */
function fields(properties: unknown): unknown {
  if (!isTree(properties)) return properties;
  const entries = Object.entries(properties).map(([name, schema]) => [name, withoutDescriptions(schema)]);
  return Object.fromEntries(entries);
}
