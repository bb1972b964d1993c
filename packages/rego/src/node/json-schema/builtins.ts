import { boundedStack } from "../../core/bounded-stack.ts";
import { type Builtin, type BuiltinTable, checkSize } from "../../core/builtin.ts";
import type { RegoValue } from "../../core/value.ts";
import { workBudget } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { regoOf } from "../go/plain-value.ts";
import { compileSchema } from "./compile-schema.ts";
import { documentOf } from "./json-document.ts";
import { root, type SchemaError } from "./result.ts";
import { resultOf } from "./validate.ts";

const matchSchema: Builtin = (operands, context) => {
  const document = documentOf(operands[0]);
  const budget = workBudget("a JSON schema");
  const schema = compileSchema(documentOf(operands[1]), budget);
  const { errors } = resultOf(schema, document, { budget, place: root, depth: 0 });
  checkSize(
    errors.reduce((sum, { field, description }) => sum + 2 * (field.length + description.length), 0),
    context,
  );
  return [errors.length === 0, regoOf(errors.map(errorJson))];
};

function errorJson({ type, field, description }: SchemaError) {
  return { error: `${field}: ${description}`, type, field, desc: description };
}

const verifySchema: Builtin = (operands) => {
  try {
    compileSchema(documentOf(operands[0]), workBudget("a JSON schema"));
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error;
    return [false, `jsonschema: ${error.message}`] satisfies RegoValue;
  }
  return [true, null];
};

/** JSON Schema of draft 4, 6 and 7. */
export const jsonSchemaBuiltins: BuiltinTable = {
  "json.match_schema": boundedStack(matchSchema),
  "json.verify_schema": boundedStack(verifySchema),
};
