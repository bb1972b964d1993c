export type AttributeValue = string | number | boolean;

/** What a measurement or a span is about. Absent values are left out. */
export type Attributes = Readonly<Record<string, AttributeValue | undefined>>;

/** Equal for attributes with equal values in the same order; no value can imitate another. */
export function attributesKey(attributes: Attributes): string {
  let key = "";
  for (const name in attributes) {
    const value = attributes[name];
    if (value === undefined) continue;
    const text = typeof value === "string" ? value : String(value);
    key += `${name}=${text.length}:${text};`;
  }
  return key;
}

/** Those that have a value, in the order they were given in. */
export function presentAttributes(attributes: Attributes): [string, AttributeValue][] {
  return Object.entries(attributes).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
}
