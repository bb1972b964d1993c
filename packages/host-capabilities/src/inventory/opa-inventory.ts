import { HostCallError } from "../errors.ts";
import { branchAt, formatTree, type JsonTree } from "./json-tree.ts";
import { listItems } from "./list-items.ts";
import type { ResourceList } from "./read-inventory.ts";

/**
 * `<plural>.<namespace>.<name>` for objects of namespaces, `<plural>.<name>` for others (policy-runtime 4.5).
 * @throws {HostCallError} when objects with and without namespace share a plural name
 */
export function opaInventory(lists: readonly ResourceList[]): Uint8Array {
  const tree: JsonTree = new Map();
  const hasNamespaces = new Map<string, boolean>();
  for (const { list, plural } of lists) {
    if (!tree.has(plural)) tree.set(plural, new Map());
    for (const { name, namespace, bytes } of listItems(list)) {
      const isNamespaced = namespace !== undefined;
      if ((hasNamespaces.get(plural) ?? isNamespaced) !== isNamespaced) throw mixed(isNamespaced);
      hasNamespaces.set(plural, isNamespaced);
      branchAt(tree, isNamespaced ? [plural, namespace] : [plural])?.set(name, bytes);
    }
  }
  return formatTree(tree);
}

function mixed(isNamespaced: boolean): HostCallError {
  const [added, others] = isNamespaced ? ["namespaced", "clusterwide"] : ["clusterwide", "namespaced"];
  return new HostCallError(`trying to add a ${added} resource to a list of ${others} resources`, {
    code: "HOST_CALL_FAILED",
  });
}
