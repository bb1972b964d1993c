import type * as v from "valibot";

/** One field of a configuration file, as a schema describes it. */
export interface SchemaField {
  /** from the top: `settings`, `policies.<name>.module`, `source_authorities.<name>[].path` */
  path: string;
  type: string;
  /** `required`, or what holds when the field is absent */
  absent: string;
}

/** The parts of Valibot's schemas that say what a field is. */
interface Node {
  kind: string;
  type: string;
  /** what a mistake is told that it should have been */
  message?: unknown;
  /** schemas, checks and transformations, one after the other */
  pipe?: readonly Node[];
  entries?: Record<string, Node>;
  item?: Node;
  value?: Node;
  wrapped?: Node;
  options?: readonly (Node | string | number)[];
  literal?: unknown;
  default?: unknown;
  getter?: (input: unknown) => Node;
}

/** Lists every field of an object schema, the fields of nested objects behind their parent. */
export function fieldsOf(schema: v.GenericSchema, prefix = ""): SchemaField[] {
  // a generic schema hides its parts in its type
  return fieldsBelow(schema as unknown as Node, prefix);
}

/** Of a pipe of schemas, the last: what came before only prepares its input. */
function effective(node: Node): Node {
  const last = node.pipe?.findLast(({ kind }) => kind === "schema");
  return last === undefined || last === node.pipe?.[0] ? node : effective(last);
}

function fieldsBelow(node: Node, prefix: string): SchemaField[] {
  const { type, entries, item, value, wrapped, options } = effective(node);
  if (wrapped !== undefined) return fieldsBelow(wrapped, prefix);
  if (entries !== undefined) {
    return Object.entries(entries).flatMap(([name, entry]) =>
      fieldAt(entry, prefix === "" ? name : `${prefix}.${name}`),
    );
  }
  if ((type === "record" || type === "map") && value !== undefined)
    return fieldsBelow(value, prefix === "" ? "<name>" : `${prefix}.<name>`);
  if (item !== undefined) return fieldsBelow(item, `${prefix}[]`);
  const nested = (options ?? []).flatMap((option) =>
    typeof option === "object" ? fieldsBelow(option, prefix) : [],
  );
  return [...new Map(nested.map((field) => [field.path, field])).values()];
}

function fieldAt(node: Node, path: string): SchemaField[] {
  return [{ path, type: typeText(node), absent: absentText(node) }, ...fieldsBelow(node, path)];
}

function typeText(node: Node): string {
  const { type, wrapped, item, value, options, literal, message } = effective(node);
  if (wrapped !== undefined) return type === "optional" ? typeText(wrapped) : `${typeText(wrapped)} or null`;
  switch (type) {
    case "array":
      return item === undefined ? "list" : `list of ${typeText(item)}`;
    case "record":
    case "map":
      return value === undefined ? "map" : `map to ${typeText(value)}`;
    case "picklist":
      return (options ?? []).map((option) => `\`${option}\``).join(" or ");
    case "union":
    case "variant":
      return [
        ...new Set((options ?? []).map((option) => (typeof option === "object" ? typeText(option) : ""))),
      ].join(" or ");
    case "literal":
      return `\`${literal}\``;
    case "custom":
    case "bigint":
      return typeof message === "string" ? message.replace(/^an? /, "") : "anything";
    case "unknown":
    case "any":
      return "anything";
    default:
      return type.replace(/^(?:strict|loose)_/, "");
  }
}

function absentText(node: Node): string {
  if (!["optional", "nullish", "exact_optional", "undefinedable"].includes(node.type)) return "required";
  const { default: fallback } = node;
  if (fallback === undefined) return "";
  return `\`${JSON.stringify(typeof fallback === "function" ? fallback() : fallback)}\``;
}
