import * as v from "valibot";
import { described } from "../described.ts";
import { objectWith } from "../mapping.ts";
import { defineResource, type ObjectOf } from "../resource-type.ts";
import { policiesApiVersion } from "./names.ts";
import {
  ClusterEntries,
  CommonEntries,
  ContextAwareEntries,
  groupEntries,
  PolicyEntries,
} from "./spec-fields.ts";
import { PolicyStatus } from "./status.ts";

const status = v.exactOptional(described(PolicyStatus, "What became of it; written by the controller."));
const specOf = <const E extends v.ObjectEntries>(entries: E) =>
  described(objectWith(entries), "What is checked, by what, and when.");
const apiVersion = policiesApiVersion;

export const clusterAdmissionPolicies = defineResource(
  { apiVersion, kind: "ClusterAdmissionPolicy", plural: "clusteradmissionpolicies", namespaced: false },
  {
    spec: specOf({ ...CommonEntries, ...PolicyEntries, ...ClusterEntries, ...ContextAwareEntries }),
    status,
  },
);
export type ClusterAdmissionPolicy = ObjectOf<typeof clusterAdmissionPolicies>;

export const admissionPolicies = defineResource(
  { apiVersion, kind: "AdmissionPolicy", plural: "admissionpolicies", namespaced: true },
  { spec: specOf({ ...CommonEntries, ...PolicyEntries }), status },
);
export type AdmissionPolicy = ObjectOf<typeof admissionPolicies>;

export const clusterAdmissionPolicyGroups = defineResource(
  {
    apiVersion,
    kind: "ClusterAdmissionPolicyGroup",
    plural: "clusteradmissionpolicygroups",
    namespaced: false,
  },
  {
    spec: specOf({ ...CommonEntries, ...ClusterEntries, ...groupEntries(ContextAwareEntries) }),
    status,
  },
);
export type ClusterAdmissionPolicyGroup = ObjectOf<typeof clusterAdmissionPolicyGroups>;

export const admissionPolicyGroups = defineResource(
  { apiVersion, kind: "AdmissionPolicyGroup", plural: "admissionpolicygroups", namespaced: true },
  { spec: specOf({ ...CommonEntries, ...groupEntries({}) }), status },
);
export type AdmissionPolicyGroup = ObjectOf<typeof admissionPolicyGroups>;

/** A policy or group of any of the four kinds; `kind` tells them apart, {@link isGroup} and {@link isNamespaced} too. */
export type Policy =
  | ClusterAdmissionPolicy
  | AdmissionPolicy
  | ClusterAdmissionPolicyGroup
  | AdmissionPolicyGroup;

/** The four kinds, in the order in which upstream documents them. */
export const policyKinds = [
  clusterAdmissionPolicies,
  admissionPolicies,
  clusterAdmissionPolicyGroups,
  admissionPolicyGroups,
] as const;
export type PolicyKind = (typeof policyKinds)[number]["kind"];

export function isGroup(policy: Policy): policy is ClusterAdmissionPolicyGroup | AdmissionPolicyGroup {
  return policy.kind.endsWith("Group");
}

export function isNamespaced(policy: Policy): policy is AdmissionPolicy | AdmissionPolicyGroup {
  return !policy.kind.startsWith("Cluster");
}

export function isClusterwide(
  policy: Policy,
): policy is ClusterAdmissionPolicy | ClusterAdmissionPolicyGroup {
  return !isNamespaced(policy);
}
