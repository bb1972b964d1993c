/**
 * JSON for people to read, two spaces deep. Whole numbers are `bigint` and floats `number`, so that `1.0` and integers
 * above 2^53 stay what they are; members that are `undefined` are left out. Without a newline at the end.
 */
export function exactJson(value: unknown, indent = ""): string {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return floatText(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const deeper = `${indent}  `;
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  const lines = Array.isArray(value)
    ? value.map((item) => exactJson(item, deeper))
    : Object.entries(value)
        .filter(([, member]) => member !== undefined)
        .map(([key, member]) => `${JSON.stringify(key)}: ${exactJson(member, deeper)}`);
  if (lines.length === 0) return `${open}${close}`;
  return `${open}\n${lines.map((line) => deeper + line).join(",\n")}\n${indent}${close}`;
}

function floatText(value: number): string {
  const text = Object.is(value, -0) ? "-0" : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}
