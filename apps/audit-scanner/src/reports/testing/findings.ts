import {
  admissionPolicies,
  admissionPolicyGroups,
  policiesApiVersion as apiVersion,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
  type Policy,
  uniqueName,
} from "@kubewarden-ts/api/policies";
import type { ApiResource } from "@kubewarden-ts/kube";
import * as v from "valibot";
import type { AuditablePolicy } from "../../auditable-policy.ts";
import type { AuditedObject } from "../../audited-object.ts";
import type { ObjectFindings } from "../../report-sink.ts";
import type { Verdict } from "../../verdict.ts";

const pods: ApiResource = {
  ...{ apiVersion: "v1", group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true },
};
const namespaces: ApiResource = {
  ...{
    apiVersion: "v1",
    group: "",
    version: "v1",
    kind: "Namespace",
    plural: "namespaces",
    namespaced: false,
  },
};

/** A Pod, as it was listed. */
export function pod(namespace: string, uid: string, more: Partial<AuditedObject> = {}): AuditedObject {
  const bytes = new Uint8Array();
  const listed = { name: `pod-${uid}`, namespace, uid, resourceVersion: "12345", labels: {}, bytes };
  return { resource: pods, ...listed, ...more };
}

/** A Namespace, as it was listed. */
export function namespaceObject(uid: string): AuditedObject {
  const listed = { name: `namespace-${uid}`, uid, resourceVersion: "12345", labels: {} };
  return { resource: namespaces, ...listed, bytes: new Uint8Array() };
}

const kinds = {
  clusterAdmissionPolicies,
  admissionPolicies,
  clusterAdmissionPolicyGroups,
  admissionPolicyGroups,
};

/** A policy as the API server has it. */
export function policy(
  plural: keyof typeof kinds,
  { annotations = {}, ...spec }: { annotations?: Record<string, string>; [field: string]: unknown } = {},
): Policy {
  const { kind, namespaced, schema } = kinds[plural];
  return v.parse(schema as v.GenericSchema<unknown, Policy>, {
    apiVersion,
    kind,
    metadata: {
      ...{ name: "policy-name", ...(namespaced && { namespace: "policy-namespace" }) },
      ...{ uid: "policy-uid", resourceVersion: "412", annotations },
    },
    spec: { rules: [], module: "registry.test/p:v1", mutating: false, ...memberless, ...spec },
  });
}
const memberless = { expression: "true", message: "no", policies: {} };

/** A verdict of a ClusterAdmissionPolicy that accepts, unless told. */
export function verdict(
  {
    policy: judged = policy("clusterAdmissionPolicies"),
    ...more
  }: Partial<Omit<Verdict, "policy">> & {
    policy?: Policy;
  } = {},
  auditable: Partial<AuditablePolicy> = {},
): Verdict {
  return {
    policy: {
      ...{ policy: judged, uniqueName: uniqueName(judged), objectSelector: [], resources: [] },
      ...{ server: { name: "default", url: "https://policy-server.test", endpoints: [] } },
      hasMatchConditions: false,
      ...auditable,
    },
    operation: "CREATE",
    result: "pass",
    message: "",
    atMs: 1_767_225_600_789,
    ...more,
  };
}

export function findings(object: AuditedObject, verdicts: readonly Verdict[] = [verdict()]): ObjectFindings {
  return { object, verdicts, skipped: 0, errored: 0 };
}
