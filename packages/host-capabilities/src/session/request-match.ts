import type { RecordedRequest } from "./interaction.ts";

/**
 * Whether two requests ask the same. What is not set, `null` and an empty map are the same; the order of field masks does not
 * count, and the instant of a question about changes is never the same.
 */
export function isSameRequest(left: RecordedRequest, right: RecordedRequest): boolean {
  return left.variant === right.variant && canonical(left.fields) === canonical(right.fields);
}

function canonical(value: unknown, key = ""): string {
  if (Array.isArray(value)) {
    const items = value.map((item) => canonical(item));
    return `[${(key === "field_masks" ? items.sort() : items).join(",")}]`;
  }
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const members = Object.entries(value)
    .filter(([name]) => name !== "since")
    .map(([name, member]) => [name, canonical(member, name)] as const)
    .filter(([, text]) => text !== "null" && text !== "{}")
    .map(([name, text]) => `${JSON.stringify(name)}:${text}`);
  return `{${members.sort().join(",")}}`;
}
