import { BuiltinError } from "../../errors.ts";
import { type BuiltinContext, checkSize } from "../builtin.ts";
import { spend, spendOnText, type WorkBudget } from "../work-budget.ts";
import { callFunction } from "./functions.ts";
import type { Pipeline, TemplateNode, Templates, TemplateTerm } from "./syntax.ts";
import { isDictionary, isList, isTrue, printed, type TemplateValue } from "./values.ts";

/** What an execution of templates works on. */
export interface Execution {
  readonly templates: Templates;
  readonly budget: WorkBudget;
  readonly limits: Pick<BuiltinContext, "maxResultSize">;
  readonly parts: string[];
  size: number;
}

interface Frame {
  readonly execution: Execution;
  readonly dot: TemplateValue;
  /** the innermost last */
  readonly variables: { readonly name: string; value: TemplateValue }[];
  readonly depth: number;
}

type Leaving = "break" | "continue" | undefined;

/** Writes a template for a value. @throws {BuiltinError} @throws {RegoError} `REGO_LIMIT` */
export function executeTemplate(execution: Execution, name: string, dot: TemplateValue, depth = 0): void {
  const nodes = execution.templates.get(name);
  if (nodes === undefined) throw new BuiltinError(`template: ${name} not defined`);
  runAll({ execution, dot, variables: [{ name: "$", value: dot }], depth }, nodes);
}

function runAll(frame: Frame, nodes: readonly TemplateNode[]): Leaving {
  for (const node of nodes) {
    const leaving = run(frame, node);
    if (leaving !== undefined) return leaving;
  }
  return undefined;
}

function run(frame: Frame, node: TemplateNode): Leaving {
  const { execution, depth } = frame;
  spend(execution.budget, depth);
  switch (node.kind) {
    case "text":
      put(execution, node.text);
      return undefined;
    case "action": {
      const value = evaluatePipeline(frame, node.pipe);
      if (node.pipe.variables.length === 0) put(execution, printed(value));
      return undefined;
    }
    case "template":
      executeTemplate(execution, node.name, node.pipe && evaluatePipeline(frame, node.pipe), depth + 1);
      return undefined;
    case "if":
    case "with":
    case "range":
      return runControl({ ...frame, depth: depth + 1 }, node);
    default:
      return node.kind;
  }
}

function put(execution: Execution, text: string): void {
  execution.size += text.length;
  checkSize(execution.size, execution.limits);
  execution.parts.push(text);
}

function runControl(frame: Frame, node: TemplateNode & { kind: "if" | "with" | "range" }): Leaving {
  const mark = frame.variables.length;
  const value = evaluatePipeline(frame, node.pipe);
  let leaving: Leaving;
  if (node.kind === "range") leaving = runRange(frame, node, value);
  else if (!isTrue(value)) leaving = runAll(frame, node.otherwise);
  else leaving = runAll(node.kind === "with" ? { ...frame, dot: value } : frame, node.body);
  frame.variables.length = mark;
  return leaving;
}

function runRange(
  frame: Frame,
  node: TemplateNode & { kind: "range" | "if" | "with" },
  value: TemplateValue,
): Leaving {
  const mark = frame.variables.length;
  let isEmpty = true;
  for (const [index, item] of itemsOf(value, node.pipe.variables.length)) {
    isEmpty = false;
    spend(frame.execution.budget, frame.depth);
    setRangeVariables(frame, node.pipe, index, item);
    const leaving = runAll({ ...frame, dot: item }, node.body);
    frame.variables.length = mark;
    if (leaving === "break") break;
  }
  return isEmpty ? runAll(frame, node.otherwise) : undefined;
}

function* itemsOf(
  value: TemplateValue,
  variables: number,
): Generator<[index: TemplateValue, item: TemplateValue]> {
  if (value === undefined || value === null) return;
  if (isList(value)) {
    for (const [index, item] of value.entries()) yield [BigInt(index), item];
  } else if (isDictionary(value)) yield* value;
  else if (typeof value === "bigint" && variables < 2) {
    for (let item = 0n; item < value; item++) yield [undefined, item];
  } else throw new BuiltinError("template: range can't iterate over this value");
}

/** Of two variables the first takes the index. */
function setRangeVariables(
  { variables }: Frame,
  { variables: names, isAssignment }: Pipeline,
  index: TemplateValue,
  item: TemplateValue,
): void {
  const values = names.length > 1 ? [index, item] : [item];
  for (const [place, name] of names.entries()) {
    const variable = isAssignment
      ? find(variables, name)
      : variables[variables.length - names.length + place];
    if (variable !== undefined) variable.value = values[place];
  }
}

function find(variables: Frame["variables"], name: string): Frame["variables"][number] {
  const found = variables.findLast((variable) => variable.name === name);
  if (found === undefined) throw new BuiltinError(`template: undefined variable ${name}`);
  return found;
}

function evaluatePipeline(frame: Frame, { commands, variables, isAssignment }: Pipeline): TemplateValue {
  let value: TemplateValue;
  for (const [index, command] of commands.entries()) {
    value = evaluateCommand(frame, command, index === 0 ? [] : [value]);
    if (typeof value === "string") {
      checkSize(value.length, frame.execution.limits);
      spendOnText(frame.execution.budget, value);
    }
  }
  for (const name of variables) {
    if (isAssignment) find(frame.variables, name).value = value;
    else frame.variables.push({ name, value });
  }
  return value;
}

/** @param last - what the command before gave: the last operand */
function evaluateCommand(
  frame: Frame,
  [first, ...others]: readonly TemplateTerm[],
  last: readonly TemplateValue[],
): TemplateValue {
  spend(frame.execution.budget, frame.depth);
  if (first?.kind === "function") return evaluateCall(frame, first.name, others, last);
  if (first === undefined || others.length > 0 || last.length > 0) {
    throw new BuiltinError("template: can't give argument to non-function");
  }
  if (first.kind === "nil") throw new BuiltinError("template: nil is not a command");
  return evaluateTerm(frame, first);
}

function evaluateCall(
  frame: Frame,
  name: string,
  terms: readonly TemplateTerm[],
  last: readonly TemplateValue[],
): TemplateValue {
  if (name === "and" || name === "or") return evaluateShort(frame, name, terms, last);
  return callFunction(
    name,
    [...terms.map((term) => evaluateTerm(frame, term)), ...last],
    frame.execution.limits,
  );
}

/** The first operand that decides, or the last one. */
function evaluateShort(
  frame: Frame,
  name: "and" | "or",
  terms: readonly TemplateTerm[],
  last: readonly TemplateValue[],
): TemplateValue {
  if (terms.length + last.length === 0) throw new BuiltinError(`template: wrong number of args for ${name}`);
  let value: TemplateValue;
  for (const term of terms) {
    value = evaluateTerm(frame, term);
    if (isTrue(value) === (name === "or")) return value;
  }
  return last.length > 0 ? last[0] : value;
}

function evaluateTerm(frame: Frame, term: TemplateTerm): TemplateValue {
  switch (term.kind) {
    case "dot":
      return frame.dot;
    case "nil":
      return null;
    case "constant":
      return term.value;
    case "variable":
      return find(frame.variables, term.name).value;
    case "pipe":
      return evaluatePipeline({ ...frame, depth: frame.depth + 1 }, term.pipe);
    case "function":
      return evaluateCall(frame, term.name, [], []);
    case "fields":
      return term.names.reduce(memberOf, term.of === undefined ? frame.dot : evaluateTerm(frame, term.of));
  }
}

/** What is not there has members that are not there either; `null` has none. */
function memberOf(value: TemplateValue, name: string): TemplateValue {
  if (isDictionary(value)) return value.get(name);
  if (value === undefined) return undefined;
  throw new BuiltinError(`template: can't evaluate field ${name}`);
}
