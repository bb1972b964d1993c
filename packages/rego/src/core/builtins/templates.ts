import { BuiltinError } from "../../errors.ts";
import { boundedStack } from "../bounded-stack.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../builtin.ts";
import { objectOperand, stringOperand } from "../operands.ts";
import { type Execution, executeTemplate } from "../template/execute.ts";
import { parseTemplates } from "../template/parse.ts";
import { mainTemplate } from "../template/syntax.ts";
import { templateValueOf } from "../template/values.ts";
import { formatTerm } from "../term-text.ts";
import type { RegoObject } from "../value.ts";
import { spendOnText, workBudget } from "../work-budget.ts";

const render: Builtin = (operands, context) => {
  const text = stringOperand(operands, 0);
  const variables = objectOperand(operands, 1);
  checkVariables(variables);
  const budget = workBudget("a template");
  spendOnText(budget, text);
  const templates = parseTemplates(text, budget);
  const execution: Execution = { templates, budget, limits: context, parts: [], size: 0 };
  executeTemplate(execution, mainTemplate, templateValueOf(variables));
  const result = execution.parts.join("").replaceAll("<no value>", "<undefined>");
  checkSize(result.length, context);
  return result;
};

/** OPA gives the variables on as the text that it shows to people, which must be JSON. */
function checkVariables(variables: RegoObject): void {
  try {
    JSON.parse(formatTerm(variables));
  } catch (error) {
    throw new BuiltinError("template: the variables are no JSON", { cause: error });
  }
}

export const templateBuiltins: BuiltinTable = { "strings.render_template": boundedStack(render) };
