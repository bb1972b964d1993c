import { policiesApiVersion } from "@kubewarden-ts/api/policies";

// Objects as the API server sends them to a webhook: its schema has filled in its defaults.

const apiVersion = policiesApiVersion;
export const rule = { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] };
const common = {
  policyServer: "default",
  mode: "protect",
  rules: [rule],
  backgroundAudit: true,
  timeoutSeconds: 10,
};
const single = { ...common, module: "registry://registry.example/p:v1", mutating: false };
const group = {
  ...common,
  expression: "a()",
  message: "no",
  policies: { a: { module: "registry://registry.example/a:v1" } },
};

/** An object with these fields besides those that every one of its kind has. */
export type MakeObject = (spec?: object, metadata?: object) => Record<string, unknown>;

export const clusterPolicy = maker("ClusterAdmissionPolicy", single);
export const clusterGroup = maker("ClusterAdmissionPolicyGroup", group);
export const policy = maker("AdmissionPolicy", single, { namespace: "shop" });
export const policyGroup = maker("AdmissionPolicyGroup", group, { namespace: "shop" });
export const policyServer = maker("PolicyServer", { image: "registry.example/server:v1", replicas: 1 });

function maker(kind: string, spec: object, metadata: object = {}): MakeObject {
  return (otherSpec = {}, otherMetadata = {}) => ({
    apiVersion,
    kind,
    metadata: { name: "mine", ...metadata, ...otherMetadata },
    spec: { ...spec, ...otherSpec },
  });
}
