import { describe, expect, it } from "vitest";
import {
  clusterGroup,
  clusterPolicy,
  groupIn,
  namespace,
  policyIn,
  policyServer,
  serverPod,
} from "./testing/objects.ts";
import { type PolicySetUp, putConfiguration, replicaSet, rollOut, setUpPolicies } from "./testing/set-up.ts";

const bound = [
  "ClusterAdmissionPolicy/a",
  "AdmissionPolicy/ns/b",
  "ClusterAdmissionPolicyGroup/c",
  "AdmissionPolicyGroup/ns/d",
];
const psp = "ClusterAdmissionPolicy/a";

async function setUp() {
  const test = await setUpPolicies();
  const policies = [clusterPolicy("a"), policyIn("ns", "b"), clusterGroup("c"), groupIn("ns", "d")] as const;
  const [a, b, c, d] = policies;
  test.view.policies.ClusterAdmissionPolicy.put(a);
  test.view.policies.AdmissionPolicy.put(b);
  test.view.policies.ClusterAdmissionPolicyGroup.put(c);
  test.view.policies.AdmissionPolicyGroup.put(d);
  test.view.policies.ClusterAdmissionPolicy.put(clusterPolicy("elsewhere", { policyServer: "other" }));
  rollOut(test, policies);
  await test.reconcile(a);
  return test;
}

const first = <T>([object]: readonly T[]): T => object ?? expect.fail("there is none");
const webhook = ({ view }: PolicySetUp) => first(view.validatingWebhooks.list());

describe("policyTriggers", () => {
  it.each<[string, (test: PolicySetUp) => void, string[]]>([
    [
      "a policy",
      ({ view }) => view.policies.ClusterAdmissionPolicy.put(clusterPolicy("a", { timeoutSeconds: 3 })),
      [psp],
    ],
    [
      "its policy server",
      ({ view }) => view.policyServers.put(policyServer("default", {}, { image: "x" })),
      bound,
    ],
    ["its policy server, which is gone", ({ view }) => view.policyServers.remove(policyServer()), bound],
    ["the configuration", (test) => putConfiguration(test, [], "8"), bound],
    [
      "the annotations of the Deployment",
      ({ view }) => {
        const { metadata, ...rest } = first(view.deployments.list());
        view.deployments.put({ ...rest, metadata: { ...metadata, annotations: {} } });
      },
      bound,
    ],
    ["a ReplicaSet", ({ view }) => view.replicaSets.put(replicaSet("rs-2", "h2", {})), bound],
    ["a pod that comes", ({ view }) => view.pods.put(serverPod("new")), bound],
    ["a pod that goes", ({ view }) => view.pods.remove(serverPod("pod-a")), bound],
    [
      "a pod that is not ready any more",
      ({ view }) =>
        view.pods.put({ ...first(view.pods.list()), status: { phase: "Running", podIP: "127.0.0.1" } }),
      bound,
    ],
    [
      "controller 15: its webhook, without labels and annotations",
      (test) => test.view.validatingWebhooks.put({ ...webhook(test), metadata: { name: "clusterwide-a" } }),
      [psp],
    ],
    [
      "controller 15: its webhook, which is gone",
      (test) => test.view.validatingWebhooks.remove(webhook(test)),
      [psp],
    ],
    [
      "a webhook of its name of the other kind",
      (test) => test.view.mutatingWebhooks.put({ ...webhook(test), kind: "MutatingWebhookConfiguration" }),
      [psp],
    ],
    [
      "controller 28: the authority",
      ({ view }) => view.secrets.put({ ...first(view.secrets.list()), data: {} }),
      [...bound, "ClusterAdmissionPolicy/elsewhere"],
    ],
    ["the word of a replica", (test) => test.report("pod-a", { kind: "untold", problem: "" }), bound],
  ])("looks at policies after a change of %s", async (_row, change, expected) => {
    const test = await setUp();
    const keys = test.triggered();
    change(test);
    expect([...keys].toSorted()).toEqual(expected.toSorted());
  });

  it.each<[string, (test: PolicySetUp) => void]>([
    [
      "the status of a policy server",
      ({ view }) =>
        view.policyServers.put({ ...first(view.policyServers.list()), status: { conditions: [] } }),
    ],
    [
      "the status of the Deployment",
      ({ view }) => view.deployments.put({ ...first(view.deployments.list()), status: { readyReplicas: 1 } }),
    ],
    [
      "a pod that nobody asks about",
      ({ view }) => {
        const { metadata, status } = first(view.pods.list());
        view.pods.put({
          ...first(view.pods.list()),
          metadata: { ...metadata, resourceVersion: "9" },
          status: { ...status, hostIP: "10.0.0.1" },
        });
      },
    ],
    [
      "a webhook of somebody else",
      (test) => test.view.validatingWebhooks.put({ ...webhook(test), metadata: { name: "cert-manager" } }),
    ],
    [
      "another Secret",
      ({ view }) =>
        view.secrets.put({ ...first(view.secrets.list()), metadata: { name: "other", namespace } }),
    ],
  ])("controller 44: looks at none after a change of %s", async (_row, change) => {
    const test = await setUp();
    const keys = test.triggered();
    change(test);
    expect([...keys]).toEqual([]);
  });

  it("looks at the policy to which a name is left", async () => {
    const test = await setUpPolicies();
    const [gone, left] = [policyIn("a-b", "c"), policyIn("a", "b-c")];
    for (const policy of [gone, left]) test.view.policies.AdmissionPolicy.put(policy);
    const keys = test.triggered();
    test.view.policies.AdmissionPolicy.remove(gone);
    expect([...keys]).toEqual(["AdmissionPolicy/a-b/c", "AdmissionPolicy/a/b-c"]);
  });
});
