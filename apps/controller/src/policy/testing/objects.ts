import type { Pod } from "@kubewarden-ts/api/core";
import {
  type AdmissionPolicy,
  type AdmissionPolicyGroup,
  admissionPolicies,
  admissionPolicyGroups,
  type ClusterAdmissionPolicy,
  type ClusterAdmissionPolicyGroup,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
  type PolicyServer,
  policyServers,
} from "@kubewarden-ts/api/policies";
import * as v from "valibot";

const common = {
  rules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] }],
};
const single = { ...common, module: "registry://example.com/psp:v1", mutating: false };
const group = {
  ...common,
  expression: "a()",
  message: "no",
  policies: { a: { module: "registry://example.com/a:v1" } },
};
let made = 0;

function metadata(name: string, more: object = {}) {
  made++;
  return {
    name,
    uid: `uid-${made}`,
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
    finalizers: ["kubewarden.io/finalizer"],
    ...more,
  };
}

export const namespace = "kubewarden";

// One policy of each kind, complete but for what a test adds to its spec or metadata.

export function clusterPolicy(name: string, spec: object = {}, meta: object = {}): ClusterAdmissionPolicy {
  return v.parse(clusterAdmissionPolicies.schema, {
    ...{ metadata: metadata(name, meta), spec: { ...single, ...spec } },
  });
}

export function clusterGroup(
  name: string,
  spec: object = {},
  meta: object = {},
): ClusterAdmissionPolicyGroup {
  return v.parse(clusterAdmissionPolicyGroups.schema, {
    ...{ metadata: metadata(name, meta), spec: { ...group, ...spec } },
  });
}

export function policyIn(where: string, name: string, spec: object = {}, meta: object = {}): AdmissionPolicy {
  return v.parse(admissionPolicies.schema, {
    ...{ metadata: metadata(name, { namespace: where, ...meta }), spec: { ...single, ...spec } },
  });
}

export function groupIn(where: string, name: string, spec: object = {}): AdmissionPolicyGroup {
  return v.parse(admissionPolicyGroups.schema, {
    ...{ metadata: metadata(name, { namespace: where }), spec: { ...group, ...spec } },
  });
}

export function policyServer(name = "default", meta: object = {}, spec: object = {}): PolicyServer {
  return v.parse(policyServers.schema, {
    metadata: metadata(name, meta),
    spec: { image: "example.com/policy-server:v1", replicas: 1, ...spec },
  });
}

/** A pod of the policy server `default` that is ready, unless the test says otherwise. */
export function serverPod(
  name: string,
  { meta = {}, status = {} }: { meta?: object; status?: object } = {},
): Pod {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: metadata(name, {
      namespace,
      labels: { "kubewarden/policy-server": "default", "pod-template-hash": "h1" },
      ...meta,
    }),
    status: {
      phase: "Running",
      podIP: "127.0.0.1",
      conditions: [{ type: "Ready", status: "True" }],
      ...status,
    },
  };
}
