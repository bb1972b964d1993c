import { partIn, partOf } from "@kubewarden-ts/policy-sdk";

/** Names and values. */
export type Labels = readonly (readonly [string, string])[];

/**
 * Gives an object or a pod template labels, in place; others it has stay.
 * @returns whether something changed
 * @throws {UnreadableObjectError} when metadata or labels are not objects
 */
export function copyLabels(labels: Labels, target: object): boolean {
  const part = partOf(target);
  const metadata = partIn(part, "metadata");
  const present = partIn(metadata, "labels")?.fields ?? {};
  const missing = labels.filter(([name, value]) => !Object.hasOwn(present, name) || present[name] !== value);
  if (part === undefined || missing.length === 0) return false;
  const merged = { ...present, ...Object.fromEntries(missing) };
  part.fields["metadata"] = { ...metadata?.fields, labels: merged };
  return true;
}
