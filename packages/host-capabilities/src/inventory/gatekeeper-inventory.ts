import { branchAt, formatTree, type JsonTree } from "./json-tree.ts";
import { listItems } from "./list-items.ts";
import type { ResourceList } from "./read-inventory.ts";

/**
 * `cluster.<apiVersion>.<Kind>.<name>` and `namespace.<namespace>.<apiVersion>.<Kind>.<name>` (policy-runtime 4.5). Both
 * branches are there, also when they are empty.
 */
export function gatekeeperInventory(lists: readonly ResourceList[]): Uint8Array {
  const tree: JsonTree = new Map([
    ["cluster", new Map()],
    ["namespace", new Map()],
  ]);
  for (const { resource, list } of lists) {
    const { apiVersion, kind } = resource;
    for (const { name, namespace, bytes } of listItems(list)) {
      const path =
        namespace === undefined ? ["cluster", apiVersion, kind] : ["namespace", namespace, apiVersion, kind];
      branchAt(tree, path)?.set(name, bytes);
    }
  }
  return formatTree(tree);
}
