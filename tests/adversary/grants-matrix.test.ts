import { describe, expect, it } from "vitest";
import { testPolicy } from "../../packages/host-capabilities/fixtures/host.ts";
import { samplePayloads, sampleResource } from "../../packages/host-capabilities/fixtures/sample-payloads.ts";
import { capabilities } from "../../packages/host-capabilities/src/table.ts";
import {
  expectations,
  expectedInventoryError,
  expectedOfUnknown,
  expectedVerdict,
  type PolicyClass,
  policyClasses,
  type Situation,
  type Verdict,
} from "./grants/expectations.ts";
import { pathsOfOtherReleases } from "./grants/names.ts";

const other = { apiVersion: "v1", kind: "Pod" };
const classes = Object.keys(policyClasses) as PolicyClass[];

/** Lists of grants that differ for a capability: none, all, each prefix, itself, others, and all of these others at once. */
function grantsAround(path: string): string[][] {
  const segments = path.split("/");
  const prefixes = segments.slice(1).map((_part, index) => `${segments.slice(0, index + 1).join("/")}/*`);
  const grantable = Object.entries(expectations).filter(([, { needs }]) => needs.startsWith("grant"));
  const isGrantable = (pattern: string) => grantable.some(([name]) => name.startsWith(pattern.slice(0, -1)));
  const isCallable = expectations[path as keyof typeof expectations]?.needs.startsWith("grant") ?? false;
  const others = grantable.map(([name]) => name).filter((name) => name !== path);
  return [
    ...[[], ["*"], others, ["oci/v1/*"], ["oci/v2/*"], ["kubernetes/can_i"], ["net/*", " kubernetes/* "]],
    ...prefixes.filter(isGrantable).map((pattern) => [pattern]),
    ...(isCallable ? [[path], ["crypto/*", path]] : []),
  ].map((patterns) => patterns.map((pattern) => pattern.trim()));
}

function situations(path: string, policyClass: PolicyClass): Situation[] {
  return grantsAround(path).flatMap((patterns) =>
    [true, false].map((listsResource) => ({ policyClass, patterns, listsResource })),
  );
}

function policyIn({ policyClass, patterns, listsResource }: Situation) {
  const contextAwareResources = listsResource ? [other, sampleResource] : [other];
  return testPolicy({ ...policyClasses[policyClass], patterns, contextAwareResources });
}

async function verdictOf(situation: Situation, path: string, payload: unknown): Promise<Verdict> {
  const { ask, deeds } = policyIn(situation);
  const answer = await ask(path, payload);
  if (!("error" in answer)) return { deeds };
  // whoever is refused has asked nobody
  expect(deeds).toEqual([]);
  return answer;
}

describe("what a policy may ask of its host", () => {
  it("has an expectation for every capability, and for nothing else", () => {
    expect(Object.keys(expectations).toSorted()).toEqual(capabilities.map(({ path }) => path).toSorted());
  });

  const cells = capabilities.flatMap(({ path }) =>
    classes.map((policyClass) => [path, policyClass] as const),
  );
  it.each(cells)("policy-runtime 32, 33, 34: %s, by %s", async (path, policyClass) => {
    for (const situation of situations(path, policyClass)) {
      for (const [sample, payload] of samplePayloads[path].entries()) {
        const verdict = await verdictOf(situation, path, payload);
        expect({ situation, verdict }).toEqual({
          situation,
          verdict: expectedVerdict(path, sample, situation),
        });
      }
    }
  });

  it.each(pathsOfOtherReleases)("policy-server 26: %s is no way around a grant", async (path, unknown) => {
    for (const policyClass of classes) {
      for (const situation of situations(path, policyClass)) {
        for (const payload of [{}, "x", { ...(samplePayloads["kubernetes/get_resource"][0] as object) }]) {
          const verdict = await verdictOf(situation, path, payload);
          const expected = expectedOfUnknown(path, situation.patterns, unknown);
          expect({ situation, verdict }).toEqual({ situation, verdict: expected });
        }
      }
    }
  });
});

describe("what a Rego policy is given of the cluster", () => {
  const cells = (["opa", "gatekeeper"] as const).flatMap((layout) =>
    classes.map((policyClass) => [layout, policyClass] as const),
  );
  it.each(cells)("policy-runtime 46: in mode %s, by %s", async (layout, policyClass) => {
    // the resource is in the list whenever there is an inventory to read: what counts is who asks
    const all = situations("kubernetes/list_resources_all", policyClass);
    for (const situation of all.filter(({ listsResource }) => listsResource)) {
      const { dispatcher, deeds } = testPolicy({
        ...policyClasses[policyClass],
        patterns: situation.patterns,
        contextAwareResources: [sampleResource],
      });
      const error = await readInventory(() => dispatcher.inventory(layout));
      const expected = expectedInventoryError(situation);
      expect([situation, deeds.length > 0]).toEqual([situation, expected === undefined]);
      // the list of this host is none: only who was refused is told so
      expect(error).toBe(expected ?? "a list that is not JSON: expected value");
    }
  });
});

async function readInventory(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await read();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
