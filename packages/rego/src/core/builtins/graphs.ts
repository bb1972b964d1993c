import { boundedStack } from "../bounded-stack.ts";
import { type Builtin, type BuiltinContext, type BuiltinTable, checkSize } from "../builtin.ts";
import { findSorted } from "../find-sorted.ts";
import { objectOperand, wrongType } from "../operands.ts";
import { compareValues, isArray, isSet, type RegoObject, type RegoValue, setOf } from "../value.ts";
import { spend, type WorkBudget, workBudget } from "../work-budget.ts";

/** Paths from nodes to where they end: at a node without edges, before a node that is not in the graph, before a cycle. */
const reachablePaths: Builtin = (operands, context) => {
  const graph = objectOperand(operands, 0);
  const initial = operands[1];
  if (initial === undefined || !(isArray(initial) || isSet(initial))) {
    throw wrongType(initial, 1, "one of {array, set}");
  }
  const search: Search = { graph, paths: [], size: 0, budget: workBudget("graph.reachable_paths"), context };
  for (const root of verticesOf(initial)) followRoot(search, root);
  return setOf(search.paths);
};

interface Search {
  readonly graph: RegoObject;
  readonly paths: (readonly RegoValue[])[];
  /** Nodes of all paths. */
  size: number;
  readonly budget: WorkBudget;
  readonly context: BuiltinContext;
}

/** An edge from a root to itself is followed once; a root outside of the graph has no path, not even an empty one. */
function followRoot(search: Search, root: RegoValue): void {
  const edges = edgesOf(search.graph, root);
  if (edges?.length === 0) commit(search, [root]);
  for (const neighbor of edges ?? []) follow(search, neighbor, [root]);
}

function follow(search: Search, node: RegoValue, path: readonly RegoValue[]): void {
  spend(search.budget, path.length, 1 + path.length);
  const edges = edgesOf(search.graph, node);
  if (edges === undefined) return commit(search, path);
  const longer = [...path, node];
  if (edges.length === 0) return commit(search, longer);
  for (const neighbor of edges) {
    const isCycle = longer.some((passed) => compareValues(passed, neighbor) === 0);
    if (isCycle) commit(search, longer);
    else follow(search, neighbor, longer);
  }
}

function commit(search: Search, path: readonly RegoValue[]): void {
  search.size += 1 + path.length;
  checkSize(search.size, search.context);
  search.paths.push(path);
}

/** The neighbors of a node, none for a value that is no collection; `undefined` for a node that is not in the graph. */
function edgesOf(graph: RegoObject, node: RegoValue): readonly RegoValue[] | undefined {
  const entry = findSorted(graph.entries, ([key]) => compareValues(key, node));
  return entry && verticesOf(entry[1]);
}

function verticesOf(collection: RegoValue): readonly RegoValue[] {
  if (isArray(collection)) return collection;
  return isSet(collection) ? collection.items : [];
}

export const graphBuiltins: BuiltinTable = { "graph.reachable_paths": boundedStack(reachablePaths) };
