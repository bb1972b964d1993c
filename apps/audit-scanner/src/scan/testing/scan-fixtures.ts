import type { FakeObject } from "@kubewarden-ts/kube/testing";

const apiVersion = "policies.kubewarden.io/v1";

/** Which kinds a rule is about, as `group/version resource,resource`. */
export function rule(kinds: string, more: object = {}): object {
  const [groupVersion = "", resources = ""] = kinds.split(" ");
  const [group, version] = groupVersion.includes("/") ? groupVersion.split("/") : ["", groupVersion];
  return {
    ...{ apiGroups: [group], apiVersions: [version], resources: resources.split(",") },
    ...{ operations: ["CREATE"], ...more },
  };
}

export const podRule = rule("v1 pods");
export const deploymentRule = rule("apps/v1 deployments");
export const namespaceRule = rule("v1 namespaces");
/** A combination that nobody serves. */
export const unknownRule = rule("apps/v1 foo");
export const wildcardRule = rule("* *", { apiGroups: ["*"] });

export interface PolicyFixture {
  readonly rules?: readonly object[];
  readonly status?: string;
  readonly [field: string]: unknown;
}

/** An active policy about Pods, unless told otherwise. `name` is `ns/name` for a namespaced one. */
export function policy(
  kind: "ClusterAdmissionPolicy" | "ClusterAdmissionPolicyGroup" | "AdmissionPolicy" | "AdmissionPolicyGroup",
  path: string,
  { rules = [podRule], status = "active", ...spec }: PolicyFixture = {},
): FakeObject {
  const [namespace, name] = path.includes("/") ? path.split("/") : [undefined, path];
  const own = kind.endsWith("Group")
    ? { expression: "true", message: "no", policies: {} }
    : { module: "registry.test/policy:v1", mutating: false };
  return {
    ...{ apiVersion, kind },
    metadata: { name: name ?? "", ...(namespace !== undefined && { namespace }), uid: `uid-of-${path}` },
    spec: { policyServer: "default", rules, ...own, ...spec },
    status: { policyStatus: status },
  };
}

export const cap = (name: string, fixture?: PolicyFixture) => policy("ClusterAdmissionPolicy", name, fixture);
export const capGroup = (name: string, fixture?: PolicyFixture) =>
  policy("ClusterAdmissionPolicyGroup", name, fixture);
export const ap = (path: string, fixture?: PolicyFixture) => policy("AdmissionPolicy", path, fixture);
export const apGroup = (path: string, fixture?: PolicyFixture) =>
  policy("AdmissionPolicyGroup", path, fixture);

export function policyServer(name = "default"): FakeObject {
  return {
    apiVersion,
    kind: "PolicyServer",
    metadata: { name },
    spec: { image: "policy-server", replicas: 1 },
  };
}

export function service(name = "default", more: object = {}): FakeObject {
  const labels = { "app.kubernetes.io/instance": `policy-server-${name}` };
  return {
    ...{ apiVersion: "v1", kind: "Service" },
    metadata: { name: `policy-server-${name}`, namespace: "kubewarden", labels, ...more },
    spec: { ports: [{ name: "policy-server", port: 443 }] },
  };
}

type Labels = Readonly<Record<string, string>>;

export function namespace(name: string, labels: Labels = {}): FakeObject {
  return { apiVersion: "v1", kind: "Namespace", metadata: { name, uid: `uid-of-${name}`, labels } };
}

/** @param path - `namespace/name`, or a name for what is in none */
export function object(kindAndVersion: string, path: string, labels: Labels = {}): FakeObject {
  const [apiVersionOfKind = "", kind = ""] = kindAndVersion.split(" ");
  const [inNamespace, name] = path.includes("/") ? path.split("/") : [undefined, path];
  const metadata = { name: name ?? "", uid: `uid-of-${path}`, labels };
  return {
    ...{ apiVersion: apiVersionOfKind, kind },
    metadata: { ...metadata, ...(inNamespace !== undefined && { namespace: inNamespace }) },
  };
}

export const pod = (path: string, labels?: Labels) => object("v1 Pod", path, labels);
export const deployment = (path: string, labels?: Labels) => object("apps/v1 Deployment", path, labels);
