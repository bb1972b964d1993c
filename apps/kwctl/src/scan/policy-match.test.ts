import { readLabelSelector } from "@kubewarden-ts/api";
import { describe, expect, it } from "vitest";
import { type ManifestObject, readManifestObjects } from "./manifest-object.ts";
import { createKindTable } from "./object-kinds.ts";
import { matchPolicyScope, type PolicyRule, type PolicyScope, type ScannedObject } from "./policy-match.ts";

function objectOf(text: string): ManifestObject {
  const [object] = readManifestObjects(text, { file: "a.yaml", skipUntyped: false }).objects;
  if (object === undefined) throw new Error(`no object in ${text}`);
  return object;
}

function scanned(
  text: string,
  known: { namespace?: string | undefined; labels?: Record<string, string> } = { namespace: "shop" },
): ScannedObject {
  const object = objectOf(text);
  const kind = createKindTable([], new Map())(object);
  return { object, kind, namespace: known.namespace, namespaceLabels: known.labels };
}

const pod = "{apiVersion: v1, kind: Pod, metadata: {name: a, labels: {app: web}}}";
const deployment = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: a}}";
const namespace = "{apiVersion: v1, kind: Namespace, metadata: {name: shop}}";
const role = "{apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: a}}";
const fish = "{apiVersion: sea.example/v1, kind: Fish, metadata: {name: a}}";
const gateway = "{apiVersion: net.example/v1, kind: Gateway, metadata: {name: a}}";

const rule = (change: Partial<PolicyRule> = {}): PolicyRule => ({
  ...{ apiGroups: [""], apiVersions: ["v1"], resources: ["pods"], operations: ["CREATE"], scope: "*" },
  ...change,
});
const all = rule({ apiGroups: ["*"], apiVersions: ["*"], resources: ["*"], operations: ["*"] });

const scope = (change: Partial<PolicyScope> = {}): PolicyScope => ({
  ...{ rules: [rule()], matchPolicy: "Equivalent", objectSelector: [], namespaceSelector: [] },
  ...{ namespace: undefined, ...change },
});

const facts = { namespaceLabelsUnknown: false, otherVersion: false };
const selector = (key: string, operator: string, ...values: string[]) =>
  readLabelSelector({ matchExpressions: [{ key, operator, values }] });

describe("matchPolicyScope: rules", () => {
  it.each<[string, string, Partial<PolicyRule>[], boolean]>([
    ["the resource", pod, [{}], true],
    ["another resource", pod, [{ resources: ["services"] }], false],
    ["another group", pod, [{ apiGroups: ["apps"] }], false],
    ["all groups", pod, [{ apiGroups: ["*"] }], true],
    ["all resources", pod, [{ resources: ["*"] }], true],
    ["all with subresources", pod, [{ resources: ["*/*"] }], true],
    ["the resource with its subresources", pod, [{ resources: ["pods/*"] }], true],
    ["a subresource", pod, [{ resources: ["pods/exec"] }], false],
    ["other operations", pod, [{ operations: ["UPDATE", "DELETE"] }], false],
    ["all operations", pod, [{ operations: ["*"] }], true],
    ["one of several rules", pod, [{ resources: ["services"] }, {}], true],
    ["no rule", pod, [], false],
    ["namespaced ones", pod, [{ scope: "Namespaced" }], true],
    ["cluster-wide ones", pod, [{ scope: "Cluster" }], false],
    [
      "a Namespace, which is cluster-wide",
      namespace,
      [{ resources: ["namespaces"], scope: "Namespaced" }],
      false,
    ],
    [
      "what begins like a kind whose plural is a guess",
      gateway,
      [{ apiGroups: ["net.example"], resources: ["gateways"] }],
      true,
    ],
    [
      "what begins like a kind whose plural is guessed wrong",
      fish,
      [{ apiGroups: ["*"], resources: ["fish"] }],
      true,
    ],
    ["both scopes of a kind nothing tells of", gateway, [{ ...all, scope: "Cluster" }], true],
    [
      "others than a kind whose plural is a guess",
      gateway,
      [{ apiGroups: ["net.example"], resources: ["routes"] }],
      false,
    ],
  ])("%s", (_row, text, rules, matches) => {
    const found = matchPolicyScope(scope({ rules: rules.map(rule) }), scanned(text));
    expect(found).toEqual(matches ? facts : undefined);
  });

  it.each<[PolicyScope["matchPolicy"], object | undefined]>([
    ["Equivalent", { ...facts, otherVersion: true }],
    ["Exact", undefined],
  ])("a rule for another version, %s", (matchPolicy, expected) => {
    const rules = [rule({ apiGroups: ["apps"], apiVersions: ["v2"], resources: ["deployments"] })];
    expect(matchPolicyScope(scope({ rules, matchPolicy }), scanned(deployment))).toEqual(expected);
  });
});

describe("matchPolicyScope: selectors", () => {
  it.each<[string, Partial<PolicyScope>, ScannedObject, object | undefined]>([
    ["labels of the object", { objectSelector: selector("app", "In", "web") }, scanned(pod), facts],
    ["other labels", { objectSelector: selector("app", "In", "db") }, scanned(pod), undefined],
    [
      "labels of its namespace",
      { namespaceSelector: selector("env", "In", "prod") },
      scanned(pod, { namespace: "shop", labels: { env: "prod" } }),
      facts,
    ],
    [
      "other labels of its namespace",
      { namespaceSelector: selector("env", "In", "prod") },
      scanned(pod, { namespace: "shop", labels: {} }),
      undefined,
    ],
    [
      "a namespace that is not known: the policy is asked",
      { namespaceSelector: selector("env", "In", "prod") },
      scanned(pod),
      { ...facts, namespaceLabelsUnknown: true },
    ],
    [
      "the name of a namespace, which is known",
      { namespaceSelector: selector("kubernetes.io/metadata.name", "NotIn", "kube-system") },
      scanned(pod),
      facts,
    ],
    [
      "the name of another namespace",
      {
        namespaceSelector: [
          ...selector("kubernetes.io/metadata.name", "In", "other"),
          ...selector("env", "Exists"),
        ],
      },
      scanned(pod),
      undefined,
    ],
    [
      "what a Namespace itself is labelled",
      { rules: [all], namespaceSelector: selector("env", "Exists") },
      scanned(namespace, { namespace: "shop", labels: {} }),
      undefined,
    ],
    [
      "no namespace: other cluster-wide objects are not selected by it",
      { rules: [all], namespaceSelector: selector("env", "Exists") },
      scanned(role, { namespace: undefined }),
      facts,
    ],
    ["the namespace of the policy", { namespace: "shop" }, scanned(pod), facts],
    ["another namespace than the policy's", { namespace: "other" }, scanned(pod), undefined],
    ["a Namespace by a policy of it", { rules: [all], namespace: "shop" }, scanned(namespace), undefined],
    [
      "a kind nothing tells of, in the policy's namespace",
      { rules: [all], namespace: "shop" },
      scanned(gateway),
      facts,
    ],
  ])("%s", (_row, change, object, expected) => {
    expect(matchPolicyScope(scope(change), object)).toEqual(expected);
  });
});

describe("createKindTable", () => {
  const crd = objectOf(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: mice.example.com}
spec: {group: example.com, scope: Cluster, names: {kind: Mouse, plural: mice}}
`);
  const impostor = objectOf(`
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: things}
spec: {group: "", scope: Cluster, names: {kind: Pod, plural: things}}
`);
  const catalog = new Map([["example.com|v1|Ox", { plural: "oxen", namespaced: true }]]);
  const kindOf = createKindTable([crd, impostor], catalog);

  it.each<[string, string, string, object]>([
    ["", "v1", "Pod", { plural: "pods", namespaced: true, isGuessed: false }],
    ["example.com", "v1beta1", "Mouse", { plural: "mice", namespaced: false, isGuessed: false }],
    ["example.com", "v1", "Ox", { plural: "oxen", namespaced: true, isGuessed: false }],
    ["example.com", "v1", "Policy", { plural: "policies", namespaced: undefined, isGuessed: true }],
    ["example.com", "v1", "Gateway", { plural: "gateways", namespaced: undefined, isGuessed: true }],
    ["example.com", "v1", "Ingress", { plural: "ingresses", namespaced: undefined, isGuessed: true }],
  ])("%s/%s %s", (group, version, kind, expected) => {
    expect(kindOf({ group, version, kind })).toEqual(expected);
  });
});
