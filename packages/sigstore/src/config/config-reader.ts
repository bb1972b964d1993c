import { quoted } from "../quoted.ts";

// Reads parts of a configuration with the words of the reader that upstream has (Rust's serde), which scripts look for.

/** What is wrong with a configuration, and where. */
export class ConfigProblem extends Error {
  override readonly name = "ConfigProblem";
  /** Such as `allOf[0].subject`; empty for the document. */
  readonly path: string;

  constructor(message: string, path: string) {
    super(message);
    this.path = path;
  }
}

/** A part of a document: maps are `Map`s. */
export interface Part {
  readonly value: unknown;
  readonly path: string;
}

/** The members of a map, all of which have names that are known; `null` counts as absent. */
export interface Members {
  optional(name: string): Part | undefined;
  required(name: string): Part;
}

/** @param names - the members that may be there, in the order they are told */
export function membersOf(part: Part, names: readonly string[], what: string): Members {
  const map = mapOf(part, what);
  for (const key of map.keys()) {
    if (!names.includes(String(key))) {
      throw new ConfigProblem(`unknown field \`${String(key)}\`, expected ${oneOf(names)}`, part.path);
    }
  }
  const optional = (name: string): Part | undefined => {
    const value = map.get(name) ?? undefined;
    return value === undefined ? undefined : { value, path: below(part.path, name) };
  };
  return {
    optional,
    required(name) {
      const found = optional(name);
      if (found !== undefined) return found;
      if (map.has(name)) throw wrongType({ value: null, path: below(part.path, name) }, "a value");
      throw new ConfigProblem(`missing field \`${name}\``, part.path);
    },
  };
}

export function mapOf(part: Part, what: string): ReadonlyMap<unknown, unknown> {
  if (part.value instanceof Map) return part.value;
  throw wrongType(part, what);
}

export function textOf(part: Part): string {
  if (typeof part.value === "string") return part.value;
  throw wrongType(part, "a string");
}

export function listOf(part: Part): Part[] {
  if (!Array.isArray(part.value)) throw wrongType(part, "a sequence");
  return part.value.map((value: unknown, index) => ({ value, path: `${part.path}[${index}]` }));
}

/** A whole number from 0 to 255. */
export function byteOf(part: Part): number {
  const { value, path } = part;
  if (typeof value !== "number" || !Number.isInteger(value)) throw wrongType(part, "u8");
  if (value >= 0 && value <= 255) return value;
  throw new ConfigProblem(`invalid value: integer \`${value}\`, expected u8`, path);
}

/** A map from texts to texts. */
export function textsOf(part: Part): Readonly<Record<string, string>> {
  const texts = Object.create(null) as Record<string, string>; // a key may be named like what all objects have
  for (const [key, value] of mapOf(part, "a map")) {
    texts[textOf({ value: key, path: part.path })] = textOf({ value, path: below(part.path, String(key)) });
  }
  return texts;
}

export function oneOf(names: readonly string[]): string {
  const quoted = names.map((name) => `\`${name}\``);
  return quoted.length <= 2 ? quoted.join(" or ") : `one of ${quoted.join(", ")}`;
}

export function wrongType({ value, path }: Part, expected: string): ConfigProblem {
  return new ConfigProblem(`invalid type: ${typeName(value)}, expected ${expected}`, path);
}

function typeName(value: unknown): string {
  if (value === null || value === undefined) return "unit value";
  if (typeof value === "string") return `string ${quoted(value)}`;
  if (typeof value === "boolean") return `boolean \`${value}\``;
  if (typeof value === "number")
    return `${Number.isInteger(value) ? "integer" : "floating point"} \`${value}\``;
  return Array.isArray(value) ? "sequence" : "map";
}

function below(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
