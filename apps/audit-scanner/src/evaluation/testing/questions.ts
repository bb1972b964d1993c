import type { AdmissionPolicyGroup, ClusterAdmissionPolicy } from "@kubewarden-ts/api/policies";
import type { ApiResource } from "@kubewarden-ts/kube";
import type { AuditablePolicy, PolicyServerAddress } from "../../auditable-policy.ts";
import type { AuditedObject } from "../../audited-object.ts";
import type { Question } from "../evaluator.ts";

export const pods: ApiResource = {
  ...{ apiVersion: "v1", group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
};

/** A Pod of namespace `default`. */
export function pod(name = "web", more: Partial<AuditedObject> = {}): AuditedObject {
  const uid = `uid-of-${name}`;
  const text = JSON.stringify({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, uid, namespace: "default" },
  });
  const bytes = Buffer.from(text);
  return {
    ...{ resource: pods, name, namespace: "default", uid, resourceVersion: "7", labels: {}, bytes },
    ...more,
  };
}

/** A question to the policy with this unique name, which is a group's when it says so. */
export function question(
  uniqueName: string,
  server: string | PolicyServerAddress,
  operation: Question["operation"] = "CREATE",
): Question {
  const address = typeof server === "string" ? { name: "default", url: server, endpoints: [] } : server;
  const policy: AuditablePolicy = {
    ...{ policy: uniqueName.includes("group") ? group : plain, uniqueName, server: address },
    ...{ objectSelector: [], resources: [], hasMatchConditions: false },
  };
  return { policy, operation };
}

const plain: ClusterAdmissionPolicy = {
  apiVersion: "policies.kubewarden.io/v1",
  kind: "ClusterAdmissionPolicy",
  metadata: { name: "p" },
  spec: { module: "registry.test/p:v1", rules: [] },
} as unknown as ClusterAdmissionPolicy;

const group: AdmissionPolicyGroup = {
  apiVersion: "policies.kubewarden.io/v1",
  kind: "AdmissionPolicyGroup",
  metadata: { name: "g", namespace: "default" },
  spec: { rules: [], policies: {}, expression: "true", message: "no" },
} as unknown as AdmissionPolicyGroup;
