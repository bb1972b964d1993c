import * as v from "valibot";
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

const status = v.exactOptional(PolicyStatus);
const apiVersion = policiesApiVersion;

export const clusterAdmissionPolicies = defineResource(
  { apiVersion, kind: "ClusterAdmissionPolicy", plural: "clusteradmissionpolicies", namespaced: false },
  {
    spec: v.looseObject({ ...CommonEntries, ...PolicyEntries, ...ClusterEntries, ...ContextAwareEntries }),
    status,
  },
);
export type ClusterAdmissionPolicy = ObjectOf<typeof clusterAdmissionPolicies>;

export const admissionPolicies = defineResource(
  { apiVersion, kind: "AdmissionPolicy", plural: "admissionpolicies", namespaced: true },
  { spec: v.looseObject({ ...CommonEntries, ...PolicyEntries }), status },
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
    spec: v.looseObject({ ...CommonEntries, ...ClusterEntries, ...groupEntries(ContextAwareEntries) }),
    status,
  },
);
export type ClusterAdmissionPolicyGroup = ObjectOf<typeof clusterAdmissionPolicyGroups>;

export const admissionPolicyGroups = defineResource(
  { apiVersion, kind: "AdmissionPolicyGroup", plural: "admissionpolicygroups", namespaced: true },
  { spec: v.looseObject({ ...CommonEntries, ...groupEntries({}) }), status },
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
