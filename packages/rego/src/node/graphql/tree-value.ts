import { MAX_JSON_DEPTH } from "@kubewarden-ts/protocol";
import type { BuiltinContext } from "../../core/builtin.ts";
import { checkSize } from "../../core/builtin.ts";
import { isArray, isObject, numberOf, objectOf, type RegoEntry, type RegoValue } from "../../core/value.ts";
import { RegoError } from "../../errors.ts";

type Tree = undefined | boolean | number | string | readonly Tree[] | { readonly [name: string]: Tree };

/**
 * The value of a tree: without what is not set, and without lists and objects that are empty.
 * @throws {RegoError} `REGO_LIMIT`
 */
export function treeValue(tree: Tree, context: BuiltinContext): RegoValue {
  const size = { total: 0 };
  return prune(tree, 0, (items) => {
    size.total += items;
    checkSize(size.total, context);
  });
}

function prune(tree: Tree, depth: number, count: (items: number) => void): RegoValue {
  if (depth > MAX_JSON_DEPTH)
    throw new RegoError("a GraphQL document is nested too deep", { code: "REGO_LIMIT" });
  if (tree === undefined || typeof tree === "boolean") return tree ?? null;
  if (typeof tree === "number") return numberOf(tree);
  if (typeof tree === "string") {
    count(tree.length);
    return tree;
  }
  const inner = (child: Tree) => prune(child, depth + 1, count);
  if (isList(tree)) {
    count(tree.length);
    return tree.map(inner).filter((item) => !isEmpty(item));
  }
  const members = Object.entries(tree).map(([name, child]): RegoEntry => [name, inner(child)]);
  count(members.length);
  return objectOf(members.filter(([, member]) => !isEmpty(member)));
}

function isList(tree: object): tree is readonly Tree[] {
  return Array.isArray(tree);
}

function isEmpty(value: RegoValue): boolean {
  if (value === null) return true;
  if (isArray(value)) return value.length === 0;
  return isObject(value) && value.entries.length === 0;
}
