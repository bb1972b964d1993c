// The same module as a policy of each class, as a controller writes them into a policies file.

import { callingHost } from "../../guests/text/wapc.ts";
import { asPolicy, assemble } from "../../support/text-guest.ts";
import type { PolicyClass } from "./expectations.ts";

interface Guest {
  readonly module: string;
  readonly hostCapabilities: readonly string[];
  readonly contextAwareResources: readonly { apiVersion: string; kind: string }[];
}

/** Entries by id: one for each class. */
export function entriesOf(guest: Guest): Record<string, object> {
  const group = { policies: { m: guest }, expression: "m()", message: "denied" };
  const ofTeam = { namespacedName: { Namespace: "team-a", Name: "p" } };
  const ofCluster = { namespacedName: { Namespace: "", Name: "p" } };
  return {
    "clusterwide-p": { ...guest, ...ofCluster },
    "clusterwide-group-g": { ...group, ...ofCluster },
    "namespaced-team-a-p": { ...guest, ...ofTeam },
    "namespaced-group-team-a-g": { ...group, ...ofTeam },
  };
}

/** The id under which a policy of a class is asked. */
export const policyIds: Readonly<Record<PolicyClass, string>> = {
  "a policy of the cluster": "clusterwide-p",
  "a member of a group of the cluster": "clusterwide-group-g",
  "a policy of a namespace": "namespaced-team-a-p",
  "a member of a group of a namespace": "namespaced-group-team-a-g",
};

/** A module that makes one host call and answers with what it got: any JSON but a verdict rejects, and so does an error. */
export function callingPolicy(namespace: string, operation: string, payload: unknown): Uint8Array {
  return asPolicy(assemble(callingHost("kubewarden", namespace, operation, JSON.stringify(payload))));
}
