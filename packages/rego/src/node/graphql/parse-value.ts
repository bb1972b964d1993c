import {
  type Argument,
  type ChildValue,
  type CommentGroup,
  type Directive,
  type TypeReference,
  type Value,
  valueKinds,
} from "./syntax-tree.ts";
import {
  bracketed,
  expect,
  expectName,
  inside,
  itemsUntil,
  next,
  peek,
  skip,
  type TokenStream,
  unexpected,
} from "./token-stream.ts";

/** @param isConstant - whether variables are refused */
export function parseValue(stream: TokenStream, isConstant: boolean): Value {
  const { kind, value } = peek(stream);
  switch (kind) {
    case "[":
      return parseList(stream, isConstant);
    case "{":
      return parseObject(stream, isConstant);
    case "$":
      if (isConstant) throw unexpected(stream, "a value without variables");
      return leaf(parseVariable(stream), valueKinds.variable);
    case "int":
      return leaf(next(stream).value, valueKinds.int);
    case "float":
      return leaf(next(stream).value, valueKinds.float);
    case "string":
      return leaf(next(stream).value, valueKinds.string);
    case "block string":
      return leaf(next(stream).value, valueKinds.block);
    case "name":
      return leaf(next(stream).value, wordKind(value));
    default:
      throw unexpected(stream, "a value");
  }
}

/** Comments before these are not kept. */
function leaf(raw: string, kind: number): Value {
  return { Raw: raw, Children: [], Kind: kind, ExpectedTypeHasDefault: false };
}

function wordKind(word: string): number {
  if (word === "true" || word === "false") return valueKinds.boolean;
  return word === "null" ? valueKinds.null : valueKinds.enum;
}

function parseList(stream: TokenStream, isConstant: boolean): Value {
  const { comment } = stream;
  next(stream);
  const children = inside(stream, () =>
    itemsUntil(stream, "]", () => ({ Name: "", Value: parseValue(stream, isConstant) })),
  );
  next(stream);
  return compound(valueKinds.list, children, comment);
}

function parseObject(stream: TokenStream, isConstant: boolean): Value {
  const { comment } = stream;
  next(stream);
  const children = inside(stream, () => itemsUntil(stream, "}", () => parseNamed(stream, isConstant)));
  next(stream);
  return compound(valueKinds.object, children, comment);
}

function compound(kind: number, children: readonly ChildValue[], comment: CommentGroup | undefined): Value {
  return { Raw: "", Children: children, Kind: kind, Comment: comment, ExpectedTypeHasDefault: false };
}

/** A name with its value. */
function parseNamed(stream: TokenStream, isConstant: boolean): Argument {
  peek(stream);
  const { comment } = stream;
  const name = expectName(stream);
  expect(stream, ":");
  return { Name: name, Value: parseValue(stream, isConstant), Comment: comment };
}

export function parseVariable(stream: TokenStream): string {
  expect(stream, "$");
  return expectName(stream);
}

export function parseArguments(stream: TokenStream, isConstant: boolean): readonly Argument[] {
  return bracketed(stream, ["(", ")"], () => parseNamed(stream, isConstant));
}

export function parseDirectives(stream: TokenStream, isConstant: boolean): readonly Directive[] {
  const directives: Directive[] = [];
  while (skip(stream, "@")) {
    const name = expectName(stream);
    directives.push({ Name: name, Arguments: parseArguments(stream, isConstant), Location: "" });
  }
  return directives;
}

export function parseTypeReference(stream: TokenStream): TypeReference {
  if (!skip(stream, "[")) return { NamedType: expectName(stream), NonNull: skip(stream, "!") };
  const elem = inside(stream, () => parseTypeReference(stream));
  expect(stream, "]");
  return { NamedType: "", Elem: elem, NonNull: skip(stream, "!") };
}
