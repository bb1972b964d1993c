import { type Described, parseDescribedName } from "./parse-description.ts";
import { parseDirectives, parseTypeReference, parseValue } from "./parse-value.ts";
import type {
  ArgumentDefinition,
  Definition,
  DirectiveDefinition,
  EnumValueDefinition,
  FieldDefinition,
} from "./schema-tree.ts";
import {
  bracketed,
  expect,
  expectKeyword,
  expectName,
  next,
  peek,
  separated,
  skip,
  type TokenStream,
  unexpected,
  withEnd,
} from "./token-stream.ts";

/** Keywords of types, and the kinds they make. */
const kinds: Readonly<Record<string, string>> = {
  scalar: "SCALAR",
  type: "OBJECT",
  interface: "INTERFACE",
  union: "UNION",
  enum: "ENUM",
  input: "INPUT_OBJECT",
};

export function isTypeKeyword(word: string): boolean {
  return Object.hasOwn(kinds, word);
}

/** Parses a type from its keyword on. */
export function parseTypeDefinition(
  stream: TokenStream,
  { text, comment }: Described,
  isExtension = false,
): Definition {
  const keyword = peek(stream).value;
  const after = expectKeyword(stream, keyword);
  const name = expectName(stream);
  const mayImplement = keyword === "type" || (keyword === "interface" && !isExtension);
  const interfaces = mayImplement ? parseInterfaces(stream) : [];
  // An input object that is extended may name variables there.
  const directives = parseDirectives(stream, !(keyword === "input" && isExtension));
  return {
    Kind: kinds[keyword]!,
    Description: text,
    Name: name,
    Directives: directives,
    Interfaces: interfaces,
    ...noMembers,
    ...parseMembers(stream, keyword),
    BuiltIn: false,
    BeforeDescriptionComment: comment,
    AfterDescriptionComment: after,
  };
}

type Members = Pick<Definition, "Fields" | "Types" | "EnumValues" | "EndOfDefinitionComment">;

const noMembers: Members = { Fields: [], Types: [], EnumValues: [] };

/** What a type has inside: nothing, when the brackets are left out. */
function parseMembers(stream: TokenStream, keyword: string): Partial<Members> {
  switch (keyword) {
    case "scalar":
      return {};
    case "union":
      return { Types: skip(stream, "=") ? separated(stream, "|", expectName) : [] };
    case "enum": {
      const { items, comment } = withEnd(stream, ["{", "}"], parseEnumValue);
      return { EnumValues: items, EndOfDefinitionComment: comment };
    }
    default: {
      const parse = keyword === "input" ? parseInputField : parseField;
      const { items, comment } = withEnd(stream, ["{", "}"], parse);
      return { Fields: items, EndOfDefinitionComment: comment };
    }
  }
}

function parseInterfaces(stream: TokenStream): readonly string[] {
  // A string is taken for the keyword, too: only its value counts.
  if (peek(stream).value !== "implements") return [];
  next(stream);
  return separated(stream, "&", expectName);
}

function parseEnumValue(stream: TokenStream): EnumValueDefinition {
  const named = parseDescribedName(stream);
  return { ...named, Directives: parseDirectives(stream, true) };
}

function parseField(stream: TokenStream): FieldDefinition {
  const named = parseDescribedName(stream);
  const definitions = parseArgumentDefinitions(stream);
  expect(stream, ":");
  const type = parseTypeReference(stream);
  return { ...named, Arguments: definitions, Type: type, Directives: parseDirectives(stream, true) };
}

function parseInputField(stream: TokenStream): FieldDefinition {
  return { ...parseArgumentDefinition(stream), Arguments: [] };
}

function parseArgumentDefinitions(stream: TokenStream): readonly ArgumentDefinition[] {
  return bracketed(stream, ["(", ")"], parseArgumentDefinition);
}

function parseArgumentDefinition(stream: TokenStream): ArgumentDefinition {
  const named = parseDescribedName(stream);
  expect(stream, ":");
  const type = parseTypeReference(stream);
  const defaultValue = skip(stream, "=") ? parseValue(stream, true) : undefined;
  return { ...named, Type: type, DefaultValue: defaultValue, Directives: parseDirectives(stream, true) };
}

export function parseDirectiveDefinition(
  stream: TokenStream,
  { text, comment }: Described,
): DirectiveDefinition {
  const after = expectKeyword(stream, "directive");
  expect(stream, "@");
  const name = expectName(stream);
  const definitions = parseArgumentDefinitions(stream);
  const { kind, value } = peek(stream);
  const isRepeatable = kind === "name" && value === "repeatable";
  if (isRepeatable) next(stream);
  expectKeyword(stream, "on");
  return {
    Description: text,
    Name: name,
    Arguments: definitions,
    Locations: separated(stream, "|", parseLocation),
    IsRepeatable: isRepeatable,
    BeforeDescriptionComment: comment,
    AfterDescriptionComment: after,
  };
}

const locations = [
  ...["QUERY", "MUTATION", "SUBSCRIPTION", "FIELD", "FRAGMENT_DEFINITION", "FRAGMENT_SPREAD"],
  ...["INLINE_FRAGMENT", "VARIABLE_DEFINITION", "SCHEMA", "SCALAR", "OBJECT", "FIELD_DEFINITION"],
  ...["ARGUMENT_DEFINITION", "INTERFACE", "UNION", "ENUM", "ENUM_VALUE", "INPUT_OBJECT"],
  "INPUT_FIELD_DEFINITION",
];

function parseLocation(stream: TokenStream): string {
  const { value } = peek(stream);
  if (!locations.includes(value)) throw unexpected(stream, "a place for directives");
  return expectName(stream);
}
