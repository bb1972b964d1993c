import { RegoError } from "../errors.ts";

/** What one call may cost. */
export interface WorkBudget {
  /** What the steps are spent on, for the message. */
  readonly work: string;
  /** Things looked at: schemas and values, members and items, texts by their lengths. */
  steps: number;
}

const maxSteps = 2_000_000;

/** Things inside each other, references counted: less than the call stack bears. */
const maxDepth = 700;

/** Characters that are read in the time of one step. */
const charactersPerStep = 16;

export function workBudget(work: string): WorkBudget {
  return { work, steps: maxSteps };
}

/**
 * Takes the cost of something off the budget, before it is done.
 * @param depth - of what is around it
 * @throws {RegoError} `REGO_LIMIT`
 */
export function spend(budget: WorkBudget, depth: number, steps = 1): void {
  budget.steps -= steps;
  if (budget.steps < 0) throw limit(`${budget.work} takes too many steps`);
  if (depth > maxDepth) throw limit(`${budget.work} is nested too deep, or refers to itself without an end`);
}

/** Takes the cost of working on a text off the budget. @throws {RegoError} `REGO_LIMIT` */
export function spendOnText(budget: WorkBudget, { length }: string): void {
  spend(budget, 0, Math.ceil(length / charactersPerStep));
}

function limit(message: string): RegoError {
  return new RegoError(message, { code: "REGO_LIMIT" });
}
