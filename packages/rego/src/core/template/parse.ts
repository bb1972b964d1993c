import { BuiltinError } from "../../errors.ts";
import { spend, type WorkBudget } from "../work-budget.ts";
import { numberConstant, unquoteGo } from "./constants.ts";
import { isFunctionName } from "./functions.ts";
import {
  mainTemplate,
  type Pipeline,
  type TemplateNode,
  type Templates,
  type TemplateTerm,
} from "./syntax.ts";
import { readTemplateTokens, type TemplateToken } from "./tokens.ts";

/** Reads a template of Go's `text/template`. @throws {BuiltinError} @throws {RegoError} `REGO_LIMIT` */
export function parseTemplates(template: string, budget: WorkBudget): Templates {
  const parser: Parser = {
    tokens: readTemplateTokens(template),
    position: 0,
    variables: ["$"],
    loops: 0,
    depth: 0,
    templates: new Map(),
    budget,
  };
  const { nodes, end } = parseList(parser);
  if (end !== undefined) throw unexpected(end);
  if (!parser.templates.has(mainTemplate) || !isEmpty(nodes)) parser.templates.set(mainTemplate, nodes);
  return parser.templates;
}

interface Parser {
  readonly tokens: readonly TemplateToken[];
  position: number;
  /** those that can be named, the innermost last */
  variables: string[];
  loops: number;
  depth: number;
  readonly templates: Map<string, readonly TemplateNode[]>;
  readonly budget: WorkBudget;
}

function isEmpty(nodes: readonly TemplateNode[]): boolean {
  return nodes.every((node) => node.kind === "text" && node.text.trim() === "");
}

/** Up to the end of the template, or to the word `end` or `else`, which is passed. */
function parseList(parser: Parser): { nodes: TemplateNode[]; end: string | undefined } {
  const nodes: TemplateNode[] = [];
  spend(parser.budget, ++parser.depth);
  for (
    let token = parser.tokens[parser.position];
    token !== undefined;
    token = parser.tokens[parser.position]
  ) {
    parser.position++;
    if (token.kind === "text") nodes.push({ kind: "text", text: token.text });
    else {
      skipSpace(parser);
      const word = peek(parser);
      if (word?.kind === "word" && (word.text === "end" || word.text === "else")) {
        parser.position++;
        parser.depth--;
        return { nodes, end: word.text };
      }
      nodes.push(...parseAction(parser));
    }
  }
  parser.depth--;
  return { nodes, end: undefined };
}

function parseAction(parser: Parser): TemplateNode[] {
  spend(parser.budget, parser.depth);
  const token = peek(parser);
  if (token?.kind !== "word") return [{ kind: "action", pipe: parsePipeline(parser, "close") }];
  switch (token.text) {
    case "if":
    case "with":
    case "range":
      parser.position++;
      return [parseControl(parser, token.text)];
    case "break":
    case "continue":
      parser.position++;
      if (parser.loops === 0) throw unexpected(token.text);
      take(parser, "close");
      return [{ kind: token.text }];
    case "template": {
      parser.position++;
      const name = takeString(parser);
      return [{ kind: "template", name, pipe: parseOptionalPipeline(parser) }];
    }
    case "define":
      parser.position++;
      if (parser.depth > 1) throw unexpected("define");
      parseDefinition(parser, takeString(parser));
      return [];
    case "block": {
      parser.position++;
      const name = takeString(parser);
      const pipe = parsePipeline(parser, "close");
      parseDefinition(parser, name, true);
      return [{ kind: "template", name, pipe }];
    }
    default:
      return [{ kind: "action", pipe: parsePipeline(parser, "close") }];
  }
}

function parseOptionalPipeline(parser: Parser): Pipeline | undefined {
  skipSpace(parser);
  if (peek(parser)?.kind !== "close") return parsePipeline(parser, "close");
  parser.position++;
  return undefined;
}

/** The body of another template, which sees no variables but its own. */
function parseDefinition(parser: Parser, name: string, isBlock = false): void {
  const { variables, loops } = parser;
  if (!isBlock) take(parser, "close");
  Object.assign(parser, { variables: ["$"], loops: 0 });
  const { nodes, end } = parseList(parser);
  if (end !== "end") throw unexpected(end ?? "EOF");
  take(parser, "close");
  Object.assign(parser, { variables, loops });
  const known = parser.templates.get(name);
  if (known !== undefined && !isEmpty(known) && !isEmpty(nodes)) {
    throw new BuiltinError(`template: multiple definition of template ${name}`);
  }
  if (known === undefined || !isEmpty(nodes)) parser.templates.set(name, nodes);
}

function parseControl(parser: Parser, kind: "if" | "with" | "range"): TemplateNode {
  const mark = parser.variables.length;
  const pipe = parsePipeline(parser, "close", kind === "range");
  if (kind === "range") parser.loops++;
  const { nodes: body, end } = parseList(parser);
  if (kind === "range") parser.loops--;
  const otherwise = end === "else" ? parseElse(parser, kind) : [];
  if (end === undefined) throw unexpected("EOF");
  if (end === "end") take(parser, "close");
  parser.variables.length = mark;
  return { kind, pipe, body, otherwise };
}

/** `{{else}} … {{end}}`, or `{{else if …}} … {{end}}`, which ends both. */
function parseElse(parser: Parser, kind: "if" | "with" | "range"): TemplateNode[] {
  skipSpace(parser);
  const token = peek(parser);
  if (token?.kind === "word" && token.text === kind && kind !== "range") {
    parser.position++;
    spend(parser.budget, ++parser.depth);
    const node = parseControl(parser, kind);
    parser.depth--;
    return [node];
  }
  take(parser, "close");
  const { nodes, end } = parseList(parser);
  if (end !== "end") throw unexpected(end ?? "EOF");
  take(parser, "close");
  return nodes;
}

/** @param isRange - two variables are allowed */
function parsePipeline(parser: Parser, end: "close" | ")", isRange = false): Pipeline {
  const { variables, isAssignment } = parseVariables(parser, isRange);
  const commands: TemplateTerm[][] = [];
  for (;;) {
    const command = parseCommand(parser);
    const [first] = command;
    if (first === undefined) throw new BuiltinError("template: missing value for a command");
    // Only the first command may be no function: it is given nothing.
    const isConstant = first.kind === "constant" || first.kind === "dot" || first.kind === "nil";
    if (commands.length > 0 && isConstant)
      throw new BuiltinError("template: a value is no command of a pipeline");
    commands.push(command);
    skipSpace(parser);
    const token = parser.tokens[parser.position++];
    if (end === "close" ? token?.kind === "close" : token?.text === ")" && token.kind === "symbol") break;
    if (token?.kind !== "symbol" || token.text !== "|") throw unexpected(token?.text ?? "EOF");
  }
  return { variables, isAssignment, commands };
}

function parseVariables(parser: Parser, isRange: boolean): Pick<Pipeline, "variables" | "isAssignment"> {
  const start = parser.position;
  skipSpace(parser);
  const names: string[] = [];
  for (
    let token = peek(parser);
    token?.kind === "variable" && names.length < (isRange ? 2 : 1);
    token = peek(parser)
  ) {
    names.push(token.text);
    parser.position++;
    skipSpace(parser);
    if (peek(parser)?.text !== ",") break;
    parser.position++;
    skipSpace(parser);
  }
  const operator = peek(parser);
  if (
    names.length === 0 ||
    operator?.kind !== "symbol" ||
    (operator.text !== ":=" && operator.text !== "=")
  ) {
    parser.position = start;
    return { variables: [], isAssignment: false };
  }
  parser.position++;
  // One that is not there is only missed when it is assigned to.
  parser.variables.push(...names);
  return { variables: names, isAssignment: operator.text === "=" };
}

function parseCommand(parser: Parser): TemplateTerm[] {
  const terms: TemplateTerm[] = [];
  for (;;) {
    skipSpace(parser);
    const term = parseOperand(parser);
    if (term === undefined) return terms;
    terms.push(term);
    const next = peek(parser);
    const isEnd =
      next === undefined ||
      next.kind === "space" ||
      next.kind === "close" ||
      next.text === "|" ||
      next.text === ")";
    if (!isEnd) throw unexpected(next.text);
  }
}

/** A term with the members that are asked of it. */
function parseOperand(parser: Parser): TemplateTerm | undefined {
  const term = parseTerm(parser);
  if (term === undefined) return undefined;
  const names: string[] = [];
  for (let token = peek(parser); token?.kind === "field"; token = peek(parser)) {
    names.push(token.text.slice(1));
    parser.position++;
  }
  if (names.length === 0) return term;
  if (term.kind === "constant" || term.kind === "nil" || term.kind === "dot")
    throw unexpected(`.${names[0]}`);
  if (term.kind === "fields") return { ...term, names: [...term.names, ...names] };
  return { kind: "fields", of: term, names };
}

function parseTerm(parser: Parser): TemplateTerm | undefined {
  const token = peek(parser);
  if (token === undefined) throw unexpected("EOF");
  const { kind, text } = token;
  if (kind === "close" || (kind === "symbol" && text !== "(" && text !== ".")) return undefined;
  parser.position++;
  switch (kind) {
    case "word":
      return wordTerm(text);
    case "field":
      return { kind: "fields", of: undefined, names: [text.slice(1)] };
    case "variable":
      checkVariable(parser, text);
      return { kind: "variable", name: text };
    case "string":
      return { kind: "constant", value: unquoteGo(text) };
    case "number":
      return { kind: "constant", value: numberConstant(text) };
    case "symbol":
      if (text === ".") return { kind: "dot" };
      spend(parser.budget, ++parser.depth);
      return closed(parser, { kind: "pipe", pipe: parsePipeline(parser, ")") });
    default:
      throw unexpected(text);
  }
}

function closed(parser: Parser, term: TemplateTerm): TemplateTerm {
  parser.depth--;
  return term;
}

function wordTerm(text: string): TemplateTerm {
  if (text === "true" || text === "false") return { kind: "constant", value: text === "true" };
  if (text === "nil") return { kind: "nil" };
  if (!isFunctionName(text)) throw new BuiltinError(`template: function ${text} not defined`);
  return { kind: "function", name: text };
}

function checkVariable({ variables }: Parser, name: string): void {
  if (!variables.includes(name)) throw new BuiltinError(`template: undefined variable ${name}`);
}

function peek({ tokens, position }: Parser): TemplateToken | undefined {
  return tokens[position];
}

function skipSpace(parser: Parser): void {
  if (peek(parser)?.kind === "space") parser.position++;
}

function take(parser: Parser, kind: TemplateToken["kind"]): TemplateToken {
  skipSpace(parser);
  const token = parser.tokens[parser.position++];
  if (token?.kind !== kind) throw unexpected(token?.text ?? "EOF");
  return token;
}

function takeString(parser: Parser): string {
  return unquoteGo(take(parser, "string").text);
}

function unexpected(what: string): BuiltinError {
  return new BuiltinError(`template: unexpected ${what}`);
}
