import { BuiltinError } from "../../errors.ts";
import { boundedStack } from "../bounded-stack.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../builtin.ts";
import { globsIntersect } from "../glob-intersection.ts";
import { compileGoRegexp, expandGroups, matchesOf, testGoRegexp } from "../go/regexp.ts";
import { int64Operand, stringOperand } from "../operands.ts";
import { templateRegexp } from "../regexp-template.ts";

/** The first matches; all of them for a negative count. */
const find: Builtin = (operands, context) => {
  const pattern = stringOperand(operands, 0);
  const text = stringOperand(operands, 1);
  const count = Number(int64Operand(operands, 2));
  const found: string[] = [];
  for (const [span] of matchesOf(compileGoRegexp(pattern), text, count < 0 ? Infinity : count)) {
    found.push(span === undefined ? "" : text.slice(...span));
    checkSize(found.length, context);
  }
  return found;
};

const globsMatch: Builtin = (operands) =>
  globsIntersect(stringOperand(operands, 0), stringOperand(operands, 1));

const replace: Builtin = (operands, context) => {
  const text = stringOperand(operands, 0);
  const regexp = compileGoRegexp(stringOperand(operands, 1));
  const template = stringOperand(operands, 2);
  const parts: string[] = [];
  let size = 0;
  let last = 0;
  for (const spans of matchesOf(regexp, text, Infinity)) {
    const [start, end] = spans[0] ?? [last, last];
    const part = text.slice(last, start) + expandGroups(template, { text, spans, regexp });
    size += part.length;
    checkSize(size, context);
    parts.push(part);
    last = end;
  }
  return parts.join("") + text.slice(last);
};

/** What is between the matches; an empty match at the start separates nothing. */
const split: Builtin = (operands, context) => {
  const pattern = stringOperand(operands, 0);
  const text = stringOperand(operands, 1);
  const regexp = compileGoRegexp(pattern);
  if (text === "") return pattern === "" ? [] : [""];
  const parts: string[] = [];
  let begin = 0;
  let end = 0;
  for (const [span] of matchesOf(regexp, text, Infinity)) {
    const [start, next] = span ?? [0, 0];
    end = start;
    if (next !== 0) parts.push(text.slice(begin, end));
    begin = next;
    checkSize(parts.length, context);
  }
  if (end !== text.length) parts.push(text.slice(begin));
  return parts;
};

const templateMatch: Builtin = (operands) => {
  const template = stringOperand(operands, 0);
  const text = stringOperand(operands, 1);
  const start = delimiterOperand(stringOperand(operands, 2), "start");
  const end = delimiterOperand(stringOperand(operands, 3), "end");
  return testGoRegexp(compileGoRegexp(templateRegexp(template, { start, end })), text);
};

/** One byte in UTF-8. */
function delimiterOperand(delimiter: string, which: string): string {
  if (/^[\x00-\x7f]$/.test(delimiter)) return delimiter;
  throw new BuiltinError(`${which} delimiter has to be exactly one character long`);
}

/** In the syntax of Go's `regexp`; none takes more than linear time for a match. */
export const regularExpressionBuiltins: BuiltinTable = {
  "regex.find_n": find,
  "regex.globs_match": boundedStack(globsMatch),
  "regex.replace": replace,
  "regex.split": split,
  "regex.template_match": templateMatch,
};
