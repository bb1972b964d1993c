import type { WorkBudget } from "../../core/work-budget.ts";
import { isTypeKeyword, parseDirectiveDefinition, parseTypeDefinition } from "./parse-definition.ts";
import { type Described, parseDescription } from "./parse-description.ts";
import { isOperation } from "./parse-query.ts";
import { parseDirectives } from "./parse-value.ts";
import type {
  Definition,
  DirectiveDefinition,
  OperationTypeDefinition,
  SchemaDefinition,
  SchemaDocument,
} from "./schema-tree.ts";
import type { CommentGroup } from "./syntax-tree.ts";
import {
  expect,
  expectKeyword,
  expectName,
  next,
  peek,
  type TokenStream,
  tokenStream,
  unexpected,
  withEnd,
} from "./token-stream.ts";

interface Parts {
  readonly schema: SchemaDefinition[];
  readonly schemaExtension: SchemaDefinition[];
  readonly directives: DirectiveDefinition[];
  readonly definitions: Definition[];
  readonly extensions: Definition[];
}

/** Parses definitions of types, directives and the schema. @throws {BuiltinError}; {RegoError} `REGO_LIMIT` */
export function parseSchema(text: string, budget: WorkBudget): SchemaDocument {
  const stream = tokenStream(text, budget);
  const parts: Parts = { schema: [], schemaExtension: [], directives: [], definitions: [], extensions: [] };
  while (peek(stream).kind !== "end of document") parsePart(stream, parts);
  return {
    Schema: parts.schema,
    SchemaExtension: parts.schemaExtension,
    Directives: parts.directives,
    Definitions: parts.definitions,
    Extensions: parts.extensions,
    Comment: stream.comment,
  };
}

function parsePart(stream: TokenStream, parts: Parts): void {
  const described = parseDescription(stream);
  const { kind, value } = peek(stream);
  if (kind !== "name") throw unexpected(stream, "a definition");
  if (isTypeKeyword(value)) parts.definitions.push(parseTypeDefinition(stream, described));
  else if (value === "schema") parts.schema.push(parseSchemaDefinition(stream, described));
  else if (value === "directive") parts.directives.push(parseDirectiveDefinition(stream, described));
  else if (value === "extend" && described.text === "") parseExtension(stream, parts);
  else throw unexpected(stream, "a definition");
}

function parseSchemaDefinition(stream: TokenStream, { text, comment }: Described): SchemaDefinition {
  const after = expectKeyword(stream, "schema");
  return schemaDefinition(stream, {
    Description: text,
    BeforeDescriptionComment: comment,
    AfterDescriptionComment: after,
  });
}

type Beginning = Pick<
  SchemaDefinition,
  "Description" | "BeforeDescriptionComment" | "AfterDescriptionComment"
>;

function schemaDefinition(stream: TokenStream, beginning: Beginning): SchemaDefinition {
  const directives = parseDirectives(stream, true);
  const { items, comment } = withEnd(stream, ["{", "}"], parseOperationType);
  return { ...beginning, Directives: directives, OperationTypes: items, EndOfDefinitionComment: comment };
}

function parseOperationType(stream: TokenStream): OperationTypeDefinition {
  const operation = peek(stream).value;
  const { comment } = stream;
  // A string is taken for the keyword, too: only its value counts.
  if (!isOperation(operation)) throw unexpected(stream, "query, mutation or subscription");
  next(stream);
  expect(stream, ":");
  return { Operation: operation, Type: expectName(stream), Comment: comment };
}

function parseExtension(stream: TokenStream, parts: Parts): void {
  const comment = expectKeyword(stream, "extend");
  const { value } = peek(stream);
  if (value === "schema") parts.schemaExtension.push(parseSchemaExtension(stream, comment));
  else if (isTypeKeyword(value)) parts.extensions.push(parseTypeExtension(stream, comment));
  else throw unexpected(stream, "what can be extended");
}

function parseSchemaExtension(stream: TokenStream, comment: CommentGroup | undefined): SchemaDefinition {
  expectKeyword(stream, "schema");
  const extension = schemaDefinition(stream, { Description: "", AfterDescriptionComment: comment });
  if (extension.Directives.length === 0 && extension.OperationTypes.length === 0) {
    throw unexpected(stream, "an extension of the schema");
  }
  return extension;
}

function parseTypeExtension(stream: TokenStream, comment: CommentGroup | undefined): Definition {
  const definition = parseTypeDefinition(stream, { text: "", comment: undefined }, true);
  const { Directives, Interfaces, Fields, Types, EnumValues } = definition;
  if ([Directives, Interfaces, Fields, Types, EnumValues].every(({ length }) => length === 0)) {
    throw unexpected(stream, "an extension of a type");
  }
  return { ...definition, AfterDescriptionComment: comment };
}
