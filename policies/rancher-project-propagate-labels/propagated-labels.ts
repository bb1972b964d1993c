import { type KubernetesObject, partIn, partOf, stringIn } from "@kubewarden-ts/policy-sdk";

/** Names and values. */
export type Labels = readonly (readonly [string, string])[];

const prefix = "propagate.";

/**
 * Labels a project has for its namespaces, without the prefix that says so.
 * @throws {UnreadableObjectError} when metadata, labels or a value cannot be read
 */
export function labelsToPropagate(project: KubernetesObject): Labels {
  const labels = partIn(partIn(partOf(project), "metadata"), "labels");
  const names = Object.keys(labels?.fields ?? {}).filter((name) => name.startsWith(prefix));
  return names.flatMap((name): Labels => {
    const value = stringIn(labels, name);
    return value === undefined ? [] : [[name.slice(prefix.length), value]];
  });
}

/**
 * Gives an object labels, in place; others it has stay.
 * @returns whether something changed
 * @throws {UnreadableObjectError} when metadata or labels are not objects
 */
export function copyLabels(labels: Labels, object: KubernetesObject): boolean {
  const metadata = partIn(partOf(object), "metadata");
  const present = partIn(metadata, "labels")?.fields ?? {};
  const missing = labels.filter(([name, value]) => !Object.hasOwn(present, name) || present[name] !== value);
  if (metadata === undefined || missing.length === 0) return false;
  metadata.fields["labels"] = { ...present, ...Object.fromEntries(missing) };
  return true;
}
