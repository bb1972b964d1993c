import { items, member, members, textMember } from "./json-member.ts";

/** Turns the types of one file into text; what is referenced becomes an interface of its own. */
export interface TypeWriter {
  /** The members of an object type, one line each, without braces. */
  membersOf(schema: unknown, without: readonly string[]): string;
  /** Interfaces that were referenced so far, in the order in which they were met. */
  interfaces(): readonly { readonly name: string; readonly text: string }[];
}

const scalars: Readonly<Record<string, string>> = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
};

/**
 * @param document - which references point into
 * @param takenNames - of types that the file has in any case
 */
export function createTypeWriter(document: unknown, takenNames: Set<string>): TypeWriter {
  const named = new Map<string, { name: string; text: string }>();

  function typeOf(schema: unknown): string {
    const reference = textMember(schema, "$ref");
    if (reference !== undefined) return typeOfReference(reference);
    const [only, ...more] = items(member(schema, "allOf"));
    if (only !== undefined && more.length === 0) return typeOf(only);
    if (
      member(schema, "x-kubernetes-int-or-string") === true ||
      textMember(schema, "format") === "int-or-string"
    ) {
      return "number | string";
    }
    const values = items(member(schema, "enum")).filter((value) => typeof value === "string");
    if (values.length > 0) return values.map((value) => JSON.stringify(value)).join(" | ");
    const type = textMember(schema, "type");
    if (type === "array") return `${grouped(typeOf(member(schema, "items")))}[]`;
    const isObject = type === "object" || member(schema, "properties") !== undefined;
    if (isObject) return typeOfObject(schema);
    return (type !== undefined && Object.hasOwn(scalars, type) ? scalars[type] : undefined) ?? "unknown";
  }

  function typeOfObject(schema: unknown): string {
    const text = membersOf(schema, []);
    if (text !== "") return `{\n${text}}`;
    const values = member(schema, "additionalProperties");
    return `Record<string, ${typeof values === "object" ? typeOf(values) : "unknown"}>`;
  }

  /** Named before its members are looked at: it may refer to itself. */
  function typeOfReference(reference: string): string {
    const last = reference.split("/").at(-1) ?? "";
    if (last.endsWith(".ObjectMeta")) return "ObjectMeta";
    const known = named.get(reference);
    if (known !== undefined) return known.name;
    const schema = resolve(document, reference);
    if (member(schema, "properties") === undefined) return typeOf(schema);
    const entry = { name: freeName(last, takenNames), text: "" };
    named.set(reference, entry);
    entry.text = membersOf(schema, []);
    return entry.name;
  }

  function membersOf(schema: unknown, without: readonly string[]): string {
    const lines = members(member(schema, "properties"))
      .filter(([key]) => !without.includes(key))
      .map(([key, value]) => `${comment(value)}${keyText(key)}?: ${typeOf(value)} | null;\n`);
    const isOpen = member(schema, "x-kubernetes-preserve-unknown-fields") === true && lines.length > 0;
    return lines.join("") + (isOpen ? "[field: string]: unknown;\n" : "");
  }

  return { membersOf, interfaces: () => [...named.values()] };
}

/** Follows `#/a/b`; nothing else is followed. */
function resolve(document: unknown, reference: string): unknown {
  const [root, ...keys] = reference.split("/");
  if (root !== "#") return undefined;
  const names = keys.map((key) => decodeURIComponent(key).replaceAll("~1", "/").replaceAll("~0", "~"));
  return names.reduce<unknown>((value, key) => member(value, key), document);
}

/** `io.k8s.api.core.v1.PodSpec` is `PodSpec`, or `V1PodSpec` and so on where that is taken. */
function freeName(qualified: string, taken: Set<string>): string {
  const words = qualified.split(/[^A-Za-z0-9]+/).filter((word) => word !== "");
  const title = (word: string) => word.charAt(0).toUpperCase() + word.slice(1);
  let name = /^[A-Za-z]/.test(words.at(-1) ?? "") ? title(words.pop() ?? "") : "Type";
  while (taken.has(name)) name = words.length > 0 ? `${title(words.pop() ?? "")}${name}` : `${name}_`;
  taken.add(name);
  return name;
}

function grouped(type: string): string {
  return type.includes("|") && !type.startsWith("{") ? `(${type})` : type;
}

function keyText(key: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(key) ? key : JSON.stringify(key);
}

const maxCommentLength = 200;

/** The first sentence of what is said about a field. */
function comment(schema: unknown): string {
  const text = (textMember(schema, "description") ?? "").replaceAll(/\s+/g, " ").trim();
  const [sentence = ""] = text.split(/(?<=\.) /, 1);
  const shown = sentence.slice(0, maxCommentLength).replaceAll("*/", "* /");
  return shown === "" ? "" : `/** ${shown} */\n`;
}
