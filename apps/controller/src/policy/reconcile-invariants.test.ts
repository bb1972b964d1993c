import type { Policy } from "@kubewarden-ts/api/policies";
import { KubeError } from "@kubewarden-ts/kube";
import fc from "fast-check";
import { expect, it } from "vitest";
import { clusterPolicy, policyServer, serverPod } from "./testing/objects.ts";
import { type PolicySetUp, putConfiguration, rollOut, setUpPolicies } from "./testing/set-up.ts";

/** Something that happens to the cluster; what happens to nothing is left out. */
type Happening = (test: PolicySetUp) => void;

const stored = ({ view }: PolicySetUp): Policy =>
  view.policies.ClusterAdmissionPolicy.get({ name: "psp" }) ?? clusterPolicy("psp");

function respecified(test: PolicySetUp, spec: object): void {
  const { status, metadata } = stored(test);
  const { spec: complete } = clusterPolicy("psp", spec);
  const policy = { ...clusterPolicy("psp"), metadata, spec: complete };
  test.view.policies.ClusterAdmissionPolicy.put(status === undefined ? policy : { ...policy, status });
}

function report(state: string | undefined): Happening {
  if (state === undefined) return (test) => test.report("pod-a", { kind: "awaited" });
  const policies = new Map([["clusterwide-psp", { state, revision: undefined, error: undefined }]]);
  return (test) => test.report("pod-a", { kind: "told", policies, policiesDigest: undefined });
}

const happenings: readonly (readonly [string, Happening])[] = [
  ["rolled out", (test) => rollOut(test, [stored(test)])],
  ["configured", (test) => putConfiguration(test, [stored(test)], "8")],
  ["configured without it", (test) => putConfiguration(test, [], "9")],
  ["policy server gone", ({ view }) => view.policyServers.remove(policyServer())],
  ["policy server there", ({ view }) => view.policyServers.put(policyServer())],
  ["pod ready", ({ view }) => view.pods.put(serverPod("pod-a"))],
  ["pod not ready", ({ view }) => view.pods.put(serverPod("pod-a", { status: { conditions: [] } }))],
  ["pod gone", ({ view }) => view.pods.remove(serverPod("pod-a"))],
  ["webhook gone", ({ view }) => view.validatingWebhooks.remove({ metadata: { name: "clusterwide-psp" } })],
  [
    "other webhook gone",
    ({ view }) => view.mutatingWebhooks.remove({ metadata: { name: "clusterwide-psp" } }),
  ],
  ["mutates", (test) => respecified(test, { mutating: true })],
  ["does not mutate", (test) => respecified(test, { mutating: false })],
  ["has another time limit", (test) => respecified(test, { timeoutSeconds: 3 })],
  ["replica loaded it", report("active")],
  ["replica failed", report("failed")],
  ["replica not heard", report(undefined)],
  [
    "a write fails",
    (test) =>
      test.fail(
        "create",
        "ValidatingWebhookConfiguration",
        new KubeError("no", { code: "KUBE_UNAVAILABLE" }),
      ),
  ],
  [
    "a status is not written",
    (test) => test.fail("patch", "ClusterAdmissionPolicy", new KubeError("no", { code: "KUBE_UNAVAILABLE" })),
  ],
];

/** Passes as a controller makes them: again after a failure. */
async function settle(test: PolicySetUp): Promise<void> {
  for (let tries = 0; tries < 4; tries++) {
    try {
      await test.reconcile(stored(test));
      return;
    } catch {
      // again
    }
  }
}

it("controller 2, 8, 14, 44: whatever happens, who is active has a webhook, who is scheduled none, and nothing is written twice", async () => {
  const sequence = fc.array(fc.constantFrom(...happenings), { minLength: 1, maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(sequence, async (happened) => {
      const test = await setUpPolicies();
      test.view.policies.ClusterAdmissionPolicy.put(clusterPolicy("psp"));
      for (const [, happen] of happened) {
        happen(test);
        await settle(test);
        const policy = stored(test);
        const { validatingWebhooks, mutatingWebhooks } = test.view;
        const there = validatingWebhooks.list().length + mutatingWebhooks.list().length;
        expect({ status: policy.status?.policyStatus, there }).toEqual({
          status: expect.stringMatching(there > 0 ? /^active$/ : /^(pending|scheduled)$/),
          there: expect.any(Number),
        });
        test.writes.length = 0;
        await settle(test);
        expect(test.writes).toEqual([]);
      }
    }),
    { numRuns: 200 },
  );
});
