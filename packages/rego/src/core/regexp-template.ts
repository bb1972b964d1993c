import { BuiltinError } from "../errors.ts";
import { compileGoRegexp, quoteRegexp } from "./go/regexp.ts";
import { spend, workBudget } from "./work-budget.ts";

/** Characters that regular expressions in a template stand between. */
export interface Delimiters {
  readonly start: string;
  readonly end: string;
}

/** What one more expression of a template costs, beside its length. */
const stepsPerPart = 100;

/**
 * The regular expression of a template: text, with expressions between delimiters, which may be nested.
 * @throws {BuiltinError} for delimiters that are not in pairs, and for what is no expression
 */
export function templateRegexp(template: string, delimiters: Delimiters): string {
  const budget = workBudget("a template of regular expressions");
  let pattern = "^";
  let last = 0;
  for (const [start, end] of partsOf(template, delimiters)) {
    const part = template.slice(start + 1, end - 1);
    spend(budget, 0, stepsPerPart + part.length);
    compileGoRegexp(`^${part}$`);
    pattern += `${quoteRegexp(template.slice(last, start))}(${part})`;
    last = end;
  }
  return `${pattern}${quoteRegexp(template.slice(last))}$`;
}

function partsOf(template: string, { start, end }: Delimiters): [start: number, end: number][] {
  const parts: [number, number][] = [];
  let level = 0;
  let opened = 0;
  for (let index = 0; index < template.length; index++) {
    // Of two equal delimiters each begins a part.
    if (template[index] === start) {
      if (++level === 1) opened = index;
    } else if (template[index] === end && --level <= 0) {
      if (level < 0) break;
      parts.push([opened, index + 1]);
    }
  }
  if (level !== 0) throw new BuiltinError("unbalanced braces in the template");
  return parts;
}
