import { boundedStack } from "../../core/bounded-stack.ts";
import type { Builtin, BuiltinTable } from "../../core/builtin.ts";
import { stringOperand } from "../../core/operands.ts";
import { isObject, type RegoValue } from "../../core/value.ts";
import { type WorkBudget, workBudget } from "../../core/work-budget.ts";
import { BuiltinError } from "../../errors.ts";
import { checkQuery } from "./check-query.ts";
import { loadSchema } from "./load-schema.ts";
import { parseQuery } from "./parse-query.ts";
import { parseSchema } from "./parse-schema.ts";
import { readQueryTree } from "./read-query-tree.ts";
import { readSchemaTree } from "./read-schema-tree.ts";
import type { SchemaDocument } from "./schema-tree.ts";
import type { QueryDocument } from "./syntax-tree.ts";
import { treeValue } from "./tree-value.ts";

function graphqlBudget(): WorkBudget {
  return workBudget("a GraphQL document");
}

function queryOperand(operand: RegoValue | undefined, budget: WorkBudget): QueryDocument {
  if (typeof operand === "string") return parseQuery(operand, budget);
  if (operand !== undefined && isObject(operand)) return readQueryTree(operand);
  throw new BuiltinError("operand 1 must be string or object");
}

function schemaOperand(operand: RegoValue | undefined, budget: WorkBudget): SchemaDocument {
  if (typeof operand === "string") return parseSchema(operand, budget);
  if (operand !== undefined && isObject(operand)) return readSchemaTree(operand);
  throw new BuiltinError("the schema must be string or object");
}

/** A query and the schema it was checked against. @throws {BuiltinError} for what is not valid */
function checkedPair(operands: readonly RegoValue[]): { query: QueryDocument; schema: SchemaDocument } {
  const budget = graphqlBudget();
  const query = queryOperand(operands[0], budget);
  const schema = schemaOperand(operands[1], budget);
  checkQuery(loadSchema(schema, budget), query);
  return { query, schema };
}

/** What `work` gives, or something else for operands that are not valid. */
function ifValid(work: () => RegoValue, otherwise: RegoValue): RegoValue {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof BuiltinError)) throw error;
    return otherwise;
  }
}

const parse: Builtin = (operands, context) => {
  const { query, schema } = checkedPair(operands);
  return [treeValue(query, context), treeValue(schema, context)];
};

const emptyObject: RegoValue = { kind: "object", entries: [] };

const parseAndVerify: Builtin = (operands, context) =>
  ifValid(() => {
    const { query, schema } = checkedPair(operands);
    return [true, treeValue(query, context), treeValue(schema, context)];
  }, [false, emptyObject, emptyObject]);

const isValid: Builtin = (operands) =>
  ifValid(() => {
    checkedPair(operands);
    return true;
  }, false);

const schemaIsValid: Builtin = ([operand]) =>
  ifValid(() => {
    const budget = graphqlBudget();
    loadSchema(schemaOperand(operand, budget), budget);
    return true;
  }, false);

/** Documents and schemas of GraphQL, with the trees and the rules that OPA has. */
export const graphqlBuiltins: BuiltinTable = {
  "graphql.is_valid": boundedStack(isValid),
  "graphql.parse": boundedStack(parse),
  "graphql.parse_and_verify": boundedStack(parseAndVerify),
  "graphql.parse_query": boundedStack((operands, context) =>
    treeValue(parseQuery(stringOperand(operands, 0), graphqlBudget()), context),
  ),
  "graphql.parse_schema": boundedStack((operands, context) =>
    treeValue(parseSchema(stringOperand(operands, 0), graphqlBudget()), context),
  ),
  "graphql.schema_is_valid": boundedStack(schemaIsValid),
};
