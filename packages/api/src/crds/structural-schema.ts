import type * as v from "valibot";
import type { Structure } from "../described.ts";

/** An OpenAPI schema as a CustomResourceDefinition has it: every field spelled out, no references. */
export interface StructuralSchema {
  readonly type?: string;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly nullable?: boolean;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly anyOf?: readonly { readonly type: string }[];
  readonly items?: StructuralSchema;
  readonly properties?: Readonly<Record<string, StructuralSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: StructuralSchema;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-list-type"?: string;
  readonly "x-kubernetes-list-map-keys"?: readonly string[];
  readonly "x-kubernetes-map-type"?: string;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
}

/** The parts of Valibot's schemas and actions that say what a field is. */
interface Node {
  readonly kind: string;
  readonly type: string;
  readonly pipe?: readonly Node[];
  readonly entries?: Readonly<Record<string, Node>>;
  readonly item?: Node;
  readonly wrapped?: Node;
  readonly options?: readonly unknown[];
  readonly default?: unknown;
  readonly requirement?: unknown;
  readonly description?: string;
  readonly metadata?: {
    readonly structure?: Structure;
    readonly mappingTo?: Node;
    readonly coreType?: string;
  };
}

/** The schema of a type of Kubernetes itself, by its name in `core/v1`. */
export type CoreTypes = (name: string) => StructuralSchema;

/**
 * What a CustomResourceDefinition says of a Valibot schema: types, bounds, defaults, and the words of `described`.
 * @throws {TypeError} for a schema that has no such form: a defect in our own code
 */
export function structuralSchema(schema: v.GenericSchema, coreTypes: CoreTypes): StructuralSchema {
  // a generic schema hides its parts in its type
  return convert(schema as unknown as Node, coreTypes);
}

function convert(node: Node, coreTypes: CoreTypes): StructuralSchema {
  const [base, ...actions] = fromLastSchema(node.pipe ?? []);
  if (base === undefined) return convertType(node, coreTypes);
  const core = actions.find(({ metadata }) => metadata?.coreType !== undefined)?.metadata?.coreType;
  const start = core === undefined ? convert(base, coreTypes) : coreTypes(core);
  const facts = actions.map((action) => factsOf(action, coreTypes));
  return Object.assign({}, start, ...facts);
}

/** What comes before only prepares the input. */
function fromLastSchema(pipe: readonly Node[]): readonly Node[] {
  return pipe.slice(pipe.findLastIndex(({ kind }) => kind === "schema"));
}

function convertType(node: Node, coreTypes: CoreTypes): StructuralSchema {
  const { type, item, wrapped, options, default: fallback } = node;
  switch (type) {
    case "string":
    case "number":
    case "boolean":
      return { type };
    case "picklist":
      return { type: "string", enum: options ?? [] };
    case "array":
      return { type: "array", items: convert(partOf(item), coreTypes) };
    case "loose_object":
      return objectSchema(node.entries ?? {}, coreTypes);
    case "custom":
      return { type: "object" };
    case "union":
      return {}; // `structured` says what it is
    case "nullable":
      return { ...convert(partOf(wrapped), coreTypes), nullable: true };
    case "exact_optional":
    case "optional":
      return {
        ...convert(partOf(wrapped), coreTypes),
        ...(fallback !== undefined && { default: fallback }),
      };
    default:
      throw new TypeError(`a CustomResourceDefinition has no word for Valibot's ${type}`);
  }
}

function objectSchema(entries: Readonly<Record<string, Node>>, coreTypes: CoreTypes): StructuralSchema {
  const names = Object.keys(entries).toSorted();
  const required = names.filter((name) => !/optional$/.test(partOf(entries[name]).type));
  const properties = names.map((name) => [name, convert(partOf(entries[name]), coreTypes)] as const);
  return {
    type: "object",
    ...(names.length > 0 && { properties: Object.fromEntries(properties) }),
    ...(required.length > 0 && { required }),
  };
}

/** What an action of a pipe adds: nothing for most, since `structured` speaks for them. */
function factsOf(action: Node, coreTypes: CoreTypes): StructuralSchema {
  const { type, requirement, description, metadata } = action;
  switch (type) {
    case "description":
      return description === undefined ? {} : { description };
    case "metadata": {
      const { structure, mappingTo } = metadata ?? {};
      return { ...structure, ...(mappingTo && { additionalProperties: convert(mappingTo, coreTypes) }) };
    }
    case "min_length":
      return { minLength: Number(requirement) };
    case "max_length":
      return { maxLength: Number(requirement) };
    case "regex":
      return { pattern: patternText(requirement) };
    default:
      return {};
  }
}

/** JavaScript escapes the slash in a pattern, Go does not. */
function patternText(requirement: unknown): string {
  if (!(requirement instanceof RegExp)) throw new TypeError("Valibot's regex takes a RegExp");
  return requirement.source.replaceAll("\\/", "/");
}

function partOf(node: Node | undefined): Node {
  if (node === undefined) throw new TypeError("a schema of Valibot lacks a part");
  return node;
}
