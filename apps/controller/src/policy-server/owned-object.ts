import type { OwnerReference } from "@kubewarden-ts/api";
import {
  commonLabels,
  type PolicyServer,
  policiesApiVersion,
  policyServerLabel,
  policyServerObjectName,
} from "@kubewarden-ts/api/policies";
import type { ControllerConfig } from "../config.ts";

/** What the desired objects of a PolicyServer depend on. */
export interface OwnedObjectOptions<T> {
  readonly config: ControllerConfig;
  /** the object as it is now: what others put there, and may keep, is taken over */
  readonly current: T | undefined;
}

/** Where an object of a PolicyServer is: all of them have the same name (controller.md 1.7). */
export function ownedName(
  { metadata }: PolicyServer,
  { deploymentsNamespace }: Pick<ControllerConfig, "deploymentsNamespace">,
): { name: string; namespace: string } {
  return { name: policyServerObjectName(metadata.name), namespace: deploymentsNamespace };
}

/** Labels that nobody can change (controller.md 1.7). */
export function systemLabels({ metadata: { name } }: PolicyServer): Record<string, string> {
  return { [policyServerLabel]: name, ...commonLabels(name) };
}

/**
 * The owners of an object, the PolicyServer among them: neither `controller` nor `blockOwnerDeletion` is set
 * (controller.md 3.1). Other owners stay.
 */
export function withOwner(
  current: { readonly metadata: { readonly ownerReferences?: readonly OwnerReference[] } } | undefined,
  { metadata: { name, uid = "" } }: PolicyServer,
): OwnerReference[] {
  const owner = { apiVersion: policiesApiVersion, kind: "PolicyServer", name, uid };
  const owners = current?.metadata.ownerReferences ?? [];
  const isSame = (each: OwnerReference): boolean => each.kind === owner.kind && each.name === name;
  return owners.some(isSame) ? owners.map((each) => (isSame(each) ? owner : each)) : [...owners, owner];
}
