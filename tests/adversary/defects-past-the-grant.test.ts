import { describe, expect, it } from "vitest";
import { samplePayloads, sampleResource } from "../../packages/host-capabilities/fixtures/sample-payloads.ts";
import { textAnswer } from "../../packages/host-capabilities/src/capability.ts";
import { start, validate } from "../../packages/policy-evaluation/fixtures/evaluator.ts";
import { regoGuests } from "../guests/text/rego.ts";
import { asPolicy, assemble } from "../support/text-guest.ts";
import { type PolicyClass, policyClasses } from "./grants/expectations.ts";
import { pathsOfOtherReleases } from "./grants/names.ts";
import { callingPolicy, entriesOf, policyIds } from "./grants/policy-file.ts";

// Real modules in real workers, configured by a policies file: what engines let through before.

interface Grants {
  readonly hostCapabilities: readonly string[];
  readonly contextAwareResources: readonly { apiVersion: string; kind: string }[];
}

/** What each class of policies came to, and what the host was asked. */
async function verdicts(module: Uint8Array, grants: Grants) {
  const asked: string[] = [];
  await using evaluator = await start(entriesOf({ module: "m", ...grants }), {
    fetchModule: async () => ({ bytes: module }),
    defaultTimeoutMs: 5000,
    async serveCapability(path) {
      asked.push(path);
      // what a policy takes for a verdict, so that a call which was let through shows
      return textAnswer('{"accepted":true,"kind":"List","items":[],"allowed":true}');
    },
  });
  const told: Partial<Record<PolicyClass, string>> = {};
  const askedBy: Partial<Record<PolicyClass, string[]>> = {};
  for (const policyClass of Object.keys(policyClasses) as PolicyClass[]) {
    const { allowed, status } = await validate(evaluator, policyIds[policyClass]);
    told[policyClass] = allowed
      ? "accepted"
      : (status?.details?.causes?.[0]?.message ?? status?.message ?? "");
    askedBy[policyClass] = asked.splice(0);
  }
  return { told, askedBy };
}

const everything = { hostCapabilities: ["*"], contextAwareResources: [sampleResource] };
const failure = (text: string) => `internal server error: Guest call failure: ${text}`;
const denial = (what: string) =>
  `Policy has not been granted access to ${what}. The violation has been reported.`;

function ofAll<Value>(value: Value): Record<PolicyClass, Value> {
  return {
    "a policy of the cluster": value,
    "a member of a group of the cluster": value,
    "a policy of a namespace": value,
    "a member of a group of a namespace": value,
  };
}
const onlyOfCluster = <Value>(ofCluster: Value, ofNamespace: Value): Record<PolicyClass, Value> => ({
  ...ofAll(ofNamespace),
  "a policy of the cluster": ofCluster,
  "a member of a group of the cluster": ofCluster,
});

describe("a group of a namespace that lists resources of the cluster (CVE-2025-24784)", () => {
  const readers = [
    ["get_resource", samplePayloads["kubernetes/get_resource"][0]],
    ["list_resources_all", samplePayloads["kubernetes/list_resources_all"][0]],
    ["list_resources_by_namespace", samplePayloads["kubernetes/list_resources_by_namespace"][0]],
  ] as const;
  it.each(readers)(
    "policy-runtime 34: reads nothing by %s, nor does a policy of a namespace",
    async (operation, payload) => {
      const { told, askedBy } = await verdicts(callingPolicy("kubernetes", operation, payload), everything);
      expect(told).toEqual(onlyOfCluster("accepted", failure(denial("Kubernetes v1/Namespace resources"))));
      expect(askedBy).toEqual(onlyOfCluster([`kubernetes/${operation}`], []));
    },
  );

  it.each(["opa", "gatekeeper"])("policy-runtime 46: has no inventory in mode %s", async (executionMode) => {
    const module = asPolicy(assemble(regoGuests.accept), { executionMode });
    const { told, askedBy } = await verdicts(module, everything);
    const ofNamespace = denial("Kubernetes v1/Namespace resources");
    for (const policyClass of ["a policy of a namespace", "a member of a group of a namespace"] as const) {
      expect([told[policyClass], askedBy[policyClass]]).toEqual([ofNamespace, []]);
    }
    for (const policyClass of ["a policy of the cluster", "a member of a group of the cluster"] as const) {
      expect(askedBy[policyClass]).toContain("kubernetes/list_resources_all");
    }
  });
});

describe("a host call by the name of another release (CVE-2026-29773)", () => {
  // the rest of them stands in the matrix
  const names = pathsOfOtherReleases.slice(0, 3);
  it.each(names)("policy-server 26: %s reads nothing", async (path, unknown) => {
    const operation = path.slice("kubernetes/".length);
    const module = callingPolicy("kubernetes", operation, samplePayloads["kubernetes/get_resource"][0]);
    const open = await verdicts(module, everything);
    expect(open).toEqual({ told: ofAll(failure(unknown)), askedBy: ofAll([]) });
    const closed = await verdicts(module, {
      ...everything,
      hostCapabilities: ["oci/*", "kubernetes/get_resource"],
    });
    expect(closed).toEqual({
      told: ofAll(failure(denial(`the '${path}' host capability`))),
      askedBy: ofAll([]),
    });
  });
});

describe("can_i for a policy that was not granted it (CVE-2026-42541)", () => {
  const module = callingPolicy("kubernetes", "can_i", samplePayloads["kubernetes/can_i"][0]);
  const denied = failure(denial("the 'kubernetes/can_i' host capability"));
  it.each<[string, string[]]>([
    ["nothing", []],
    ["other capabilities of the cluster", ["kubernetes/get_resource", "kubernetes/list_resources_all"]],
    ["everything else", ["oci/*", "net/*", "crypto/*", "kubernetes/list_resources_by_namespace"]],
  ])("policy-runtime 34: with %s granted, nobody learns who may do what", async (_what, hostCapabilities) => {
    const { told, askedBy } = await verdicts(module, { ...everything, hostCapabilities });
    expect({ told, askedBy }).toEqual({ told: ofAll(denied), askedBy: ofAll([]) });
  });

  it.each<[string, string[]]>([
    ["itself", ["kubernetes/can_i"]],
    ["all of the cluster", ["kubernetes/*"]],
  ])(
    "policy-runtime 34: with %s granted, it is answered whatever resources are listed",
    async (_what, hostCapabilities) => {
      const { told, askedBy } = await verdicts(module, { hostCapabilities, contextAwareResources: [] });
      expect({ told, askedBy }).toEqual({ told: ofAll("accepted"), askedBy: ofAll(["kubernetes/can_i"]) });
    },
  );
});
