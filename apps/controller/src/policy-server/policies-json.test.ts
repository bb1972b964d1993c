import type { Policy } from "@kubewarden-ts/api/policies";
import { clusterAdmissionPolicies } from "@kubewarden-ts/api/policies";
import { silentLogger } from "@kubewarden-ts/base";
import { createKubeClient, createObjectClient } from "@kubewarden-ts/kube";
import { createFakeApiServer, staticAccess } from "@kubewarden-ts/kube/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clusterGroup, clusterPolicy, groupIn, policyIn, policyServer } from "../policy/testing/objects.ts";
import { leftOutPolicies, policiesJson } from "./policies-json.ts";
import { sourcesJson } from "./sources-json.ts";

const server = policyServer();
const resources = [{ apiVersion: "v1", kind: "Pod" }];
const module = "registry://r/p:v1";

const shapes: [string, Policy, string][] = [
  [
    "a cluster-wide policy with everything",
    clusterPolicy("foo", {
      ...{ module, settings: null, message: "m", timeoutEvalSeconds: 5 },
      contextAwareResources: resources,
    }),
    '{"clusterwide-foo":{"namespacedName":{"Namespace":"","Name":"foo"},"module":"registry://r/p:v1","policyMode":"protect","allowedToMutate":false,"contextAwareResources":[{"apiVersion":"v1","kind":"Pod"}],"settings":null,"message":"m","timeoutEvalSeconds":5,"hostCapabilities":["*"]}}',
  ],
  [
    "a policy of a namespace with nothing",
    policyIn("ns", "foo", { module, mode: "monitor", mutating: true }),
    '{"namespaced-ns-foo":{"namespacedName":{"Namespace":"ns","Name":"foo"},"module":"registry://r/p:v1","policyMode":"monitor","allowedToMutate":true,"settings":null,"hostCapabilities":["*"]}}',
  ],
  [
    "a cluster-wide group",
    clusterGroup("g", {
      ...{ expression: "a() && b()", message: "no" },
      policies: {
        b: { module, settings: { z: 1, a: "<" }, timeoutEvalSeconds: 3 },
        a: { module, contextAwareResources: resources },
      },
    }),
    '{"clusterwide-group-g":{"namespacedName":{"Namespace":"","Name":"g"},"policyMode":"protect","policies":{"a":{"module":"registry://r/p:v1","settings":null,"contextAwareResources":[{"apiVersion":"v1","kind":"Pod"}],"hostCapabilities":["*"]},"b":{"module":"registry://r/p:v1","settings":{"a":"\\u003c","z":1},"timeoutEvalSeconds":3,"hostCapabilities":["*"]}},"expression":"a() \\u0026\\u0026 b()","message":"no"}}',
  ],
  [
    "a group of a namespace",
    groupIn("ns", "g", { policies: { a: { module } } }),
    '{"namespaced-group-ns-g":{"namespacedName":{"Namespace":"ns","Name":"g"},"policyMode":"protect","policies":{"a":{"module":"registry://r/p:v1","settings":null,"hostCapabilities":["*"]}},"expression":"a()","message":"no"}}',
  ],
];
const each = shapes.map(([, policy]) => policy);

const nested = (levels: number): object => JSON.parse(`${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`);

describe("policiesJson", () => {
  it.each(shapes)("controller 6: writes %s as upstream does", (_row, policy, text) => {
    expect(policiesJson([policy], server)).toBe(text);
  });

  it("controller 6: writes {} for no policies", () => {
    expect(policiesJson([], server)).toBe("{}");
  });

  it("controller 6: writes the same bytes in whatever order the policies come", () => {
    const text = policiesJson(each, server);
    fc.assert(
      fc.property(fc.shuffledSubarray(each, { minLength: each.length }), (policies) => {
        expect(policiesJson(policies, server)).toBe(text);
      }),
    );
  });

  it("controller 6: keeps numbers of settings as they are stored", async () => {
    await using api = await createFakeApiServer({ kinds: [clusterAdmissionPolicies] });
    await using client = createKubeClient(staticAccess(api.url), { log: silentLogger, userAgent: "test" });
    const settings = { big: 0, float: 1, deep: [{ exponent: 2 }] };
    const numbers = '"big":9007199254740993,"float":1.0,"deep":[{"exponent":1e+21}]';
    api.put(clusterPolicy("foo", { settings }), (json) =>
      json.replace('"big":0,"float":1,"deep":[{"exponent":2}]', numbers),
    );
    const policy = await createObjectClient(client).get(clusterAdmissionPolicies, { name: "foo" });
    expect(policiesJson([policy!], server)).toContain(
      '"settings":{"big":9007199254740993,"deep":[{"exponent":1e+21}],"float":1.0}',
    );
  });

  const capabilities: [string, string[] | undefined, Policy, string[]][] = [
    ["all to a policy of a namespace when the server says nothing", undefined, policyIn("ns", "p"), ["*"]],
    ["none to a policy of a namespace when the server allows none", [], policyIn("ns", "p"), []],
    ["some to a policy of a namespace", ["oci/*"], policyIn("ns", "p"), ["oci/*"]],
    ["some to the members of a group of a namespace", ["oci/*"], groupIn("ns", "p"), ["oci/*"]],
    ["all to a cluster-wide policy", [], clusterPolicy("p"), ["*"]],
    ["all to the members of a cluster-wide group", [], clusterGroup("p"), ["*"]],
  ];
  it.each(capabilities)("controller 24: gives %s", (_row, allowed, policy, expected) => {
    const spec = allowed === undefined ? {} : { namespacedPoliciesCapabilities: allowed };
    const [entry] = Object.values(JSON.parse(policiesJson([policy], policyServer("default", {}, spec))));
    const { policies = { a: entry } } = entry as { policies?: Record<string, unknown> };
    expect(policies["a"]).toMatchObject({ hostCapabilities: expected });
  });

  const broken: [string, Policy, string][] = [
    ["a policy without module", clusterPolicy("b", { module: "" }), "clusterwide-b (spec.module is empty)"],
    [
      "a group without members",
      clusterGroup("b", { policies: {} }),
      "clusterwide-group-b (spec.policies is empty)",
    ],
    [
      "a group whose member has no module",
      groupIn("ns", "b", { policies: { a: { module }, b: { module: "" } } }),
      "namespaced-group-ns-b (spec.policies.b.module is empty)",
    ],
    [
      "a policy whose settings no policy server can read",
      policyIn("ns", "b", { settings: nested(101) }),
      "namespaced-ns-b (spec.settings is nested too deep)",
    ],
    [
      "a policy that would not fit",
      policyIn("ns", "b", { settings: { a: "x".repeat(2 ** 20) } }),
      "namespaced-ns-b (the policies of the server do not fit into its ConfigMap: make settings smaller)",
    ],
  ];
  it.each(broken)(
    "controller 43: leaves out %s, for the others to be readable, and says so",
    (_row, policy, text) => {
      expect(policiesJson([...each, policy], server)).toBe(policiesJson(each, server));
      expect(leftOutPolicies([...each, policy], server)).toEqual([text]);
    },
  );

  it("controller 43: fills the ConfigMap up to its last byte, and no further", () => {
    const sized = (length: number) => [
      ...each,
      policyIn("big", "b", { module, settings: { a: "x".repeat(length) } }),
    ];
    const sources = policyServer("default", {}, { insecureSources: ["registry.example.com"] });
    const room = 2 ** 20 - Buffer.byteLength(sourcesJson(sources));
    const length = room - Buffer.byteLength(policiesJson(sized(0), sources));
    expect(Buffer.byteLength(policiesJson(sized(length), sources))).toBe(room);
    expect(leftOutPolicies(sized(length), sources)).toEqual([]);
    expect(policiesJson(sized(length + 1), sources)).toBe(policiesJson(each, sources));
  });

  it("controller 6: of two policies with one unique name has the older one, and says so", () => {
    const older = policyIn("a-b", "c", { module: "older" }, { creationTimestamp: "2025-01-01T00:00:00Z" });
    const younger = policyIn(
      "a",
      "b-c",
      { module: "younger" },
      { creationTimestamp: "2025-01-02T00:00:00Z" },
    );
    for (const policies of [
      [older, younger],
      [younger, older],
    ]) {
      expect(policiesJson(policies, server)).toBe(policiesJson([older], server));
      expect(leftOutPolicies(policies, server)).toEqual([
        "namespaced-a-b-c (an older policy has the same unique name)",
      ]);
    }
  });
});
