import type { WorkBudget } from "../../core/work-budget.ts";
import {
  parseArguments,
  parseDirectives,
  parseTypeReference,
  parseValue,
  parseVariable,
} from "./parse-value.ts";
import type {
  Field,
  FragmentDefinition,
  OperationDefinition,
  QueryDocument,
  Selection,
  VariableDefinition,
} from "./syntax-tree.ts";
import {
  bracketed,
  expect,
  expectKeyword,
  expectName,
  next,
  peek,
  skip,
  type TokenStream,
  tokenStream,
  unexpected,
} from "./token-stream.ts";

/** Parses operations and fragments. @throws {BuiltinError}; {RegoError} `REGO_LIMIT` */
export function parseQuery(text: string, budget: WorkBudget): QueryDocument {
  const stream = tokenStream(text, budget);
  const operations: OperationDefinition[] = [];
  const fragments: FragmentDefinition[] = [];
  while (peek(stream).kind !== "end of document") {
    const { kind, value } = peek(stream);
    if (kind === "name" && value === "fragment") fragments.push(parseFragmentDefinition(stream));
    else if (kind === "{") operations.push(shorthand(parseSelectionSet(stream)));
    else if (kind === "name" && isOperation(value)) operations.push(parseOperation(stream));
    else throw unexpected(stream, "an operation or a fragment");
  }
  return { Operations: operations, Fragments: fragments };
}

export function isOperation(word: string): boolean {
  return word === "query" || word === "mutation" || word === "subscription";
}

/** The comment before an operation without a name is not kept. */
function shorthand(selectionSet: readonly Selection[]): OperationDefinition {
  return {
    Operation: "query",
    Name: "",
    VariableDefinitions: [],
    Directives: [],
    SelectionSet: selectionSet,
  };
}

function parseOperation(stream: TokenStream): OperationDefinition {
  const { comment } = stream;
  const operation = next(stream).value;
  const name = peek(stream).kind === "name" ? next(stream).value : "";
  return {
    Operation: operation,
    Name: name,
    VariableDefinitions: parseVariableDefinitions(stream),
    Directives: parseDirectives(stream, false),
    SelectionSet: parseSelectionSet(stream),
    Comment: comment,
  };
}

function parseVariableDefinitions(stream: TokenStream): readonly VariableDefinition[] {
  return bracketed(stream, ["(", ")"], parseVariableDefinition);
}

function parseVariableDefinition(stream: TokenStream): VariableDefinition {
  peek(stream);
  const { comment } = stream;
  const variable = parseVariable(stream);
  expect(stream, ":");
  const type = parseTypeReference(stream);
  return {
    Variable: variable,
    Type: type,
    DefaultValue: skip(stream, "=") ? parseValue(stream, true) : undefined,
    Directives: parseDirectives(stream, false),
    Comment: comment,
    Used: false,
  };
}

function parseSelectionSet(stream: TokenStream): readonly Selection[] {
  if (peek(stream).kind !== "{") throw unexpected(stream, "{");
  return bracketed(stream, ["{", "}"], parseSelection);
}

function parseSelection(stream: TokenStream): Selection {
  return peek(stream).kind === "..." ? parseFragment(stream) : parseField(stream);
}

function parseField(stream: TokenStream): Field {
  const { comment } = stream;
  const alias = expectName(stream);
  const name = skip(stream, ":") ? expectName(stream) : alias;
  return {
    Alias: alias,
    Name: name,
    Arguments: parseArguments(stream, false),
    Directives: parseDirectives(stream, false),
    SelectionSet: bracketed(stream, ["{", "}"], parseSelection),
    Comment: comment,
  };
}

function parseFragment(stream: TokenStream): Selection {
  const { comment } = stream;
  next(stream);
  const { kind, value } = peek(stream);
  if (kind === "name" && value !== "on") {
    const name = expectName(stream);
    return { Name: name, Directives: parseDirectives(stream, false), Comment: comment };
  }
  // A string is taken for the keyword, too: only its value counts.
  if (value === "on") next(stream);
  return {
    TypeCondition: value === "on" ? expectName(stream) : "",
    Directives: parseDirectives(stream, false),
    SelectionSet: parseSelectionSet(stream),
    Comment: comment,
  };
}

function parseFragmentDefinition(stream: TokenStream): FragmentDefinition {
  const comment = expectKeyword(stream, "fragment");
  if (peek(stream).value === "on") throw unexpected(stream, "the name of a fragment");
  const name = expectName(stream);
  const variables = parseVariableDefinitions(stream);
  expectKeyword(stream, "on");
  return {
    Name: name,
    VariableDefinition: variables,
    TypeCondition: expectName(stream),
    Directives: parseDirectives(stream, false),
    SelectionSet: parseSelectionSet(stream),
    Comment: comment,
  };
}
