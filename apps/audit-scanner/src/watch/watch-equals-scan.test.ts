import type { FakeApiServer, FakeObject } from "@kubewarden-ts/kube/testing";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accepting, type Respond } from "../evaluation/testing/fake-policy-server.ts";
import { ap, cap, namespace, namespaceRule, object, podRule } from "../scan/testing/scan-fixtures.ts";
import { type ScannerGround, scannerGround } from "../testing/scanner-in-process.ts";
import { until, watching } from "./testing/watching.ts";

const spaces = ["a", "b", "c"] as const;
const kinds = {
  Pod: "v1",
  Namespace: "v1",
  ClusterAdmissionPolicy: "policies.kubewarden.io/v1",
  AdmissionPolicy: "policies.kubewarden.io/v1",
} as const;

/** One thing that happens to a cluster; objects more often than policies. */
const edits = fc.record({
  kind: fc.constantFrom("pod", "pod", "pod", "gone", "namespace", "clusterwide", "namespaced", "no policy"),
  space: fc.constantFrom(...spaces),
  place: fc.nat(3),
  on: fc.boolean(),
  /** turns of the event loop before the next one */
  turns: fc.nat(40),
});
type Edit = typeof edits extends fc.Arbitrary<infer T> ? T : never;

/** Policies called `deny…` refuse what has the label `bad`. */
const respond: Respond = ({ path, body }) => {
  const isBad = body.includes('"bad":"yes"') && path.includes("deny");
  return isBad
    ? JSON.stringify({ response: { uid: "", allowed: false, status: { message: "bad" } } })
    : accepting;
};

function edited(edit: Edit, sequence: number): FakeObject {
  const { kind, space, place, on } = edit;
  const selecting = on ? { objectSelector: { matchLabels: { audited: "yes" } } } : {};
  switch (kind) {
    case "namespace":
      return namespace(space, { env: on ? "prod" : "dev" });
    case "clusterwide":
    case "no policy":
      return cap(`deny-${place}`, {
        rules: place === 0 ? [podRule, namespaceRule] : [podRule],
        ...(place === 1 ? { namespaceSelector: { matchLabels: { env: "prod" } } } : selecting),
      });
    case "namespaced":
      return ap(`${space}/deny-${place}`, selecting);
    default: {
      const { metadata, ...rest } = object("v1 Pod", `${space}/pod-${place}`, {
        audited: on ? "yes" : "no",
        bad: sequence % 3 === 0 ? "yes" : "no",
      });
      return { ...rest, metadata: { ...metadata, uid: `uid-${sequence}` } };
    }
  }
}

function stored(api: FakeApiServer, kind: keyof typeof kinds): readonly FakeObject[] {
  return api.stored({ apiVersion: kinds[kind], kind });
}

/** What is there of the object already: it keeps its UID. */
function found(api: FakeApiServer, { kind, metadata }: FakeObject): FakeObject | undefined {
  return stored(api, kind as keyof typeof kinds).find(
    (each) => each.metadata.name === metadata.name && each.metadata.namespace === metadata.namespace,
  );
}

function make(api: FakeApiServer, edit: Edit, sequence: number): void {
  const next = edited(edit, sequence);
  const before = found(api, next);
  if (edit.kind === "gone" || edit.kind === "no policy") {
    if (before !== undefined) api.remove(before);
    return;
  }
  api.put({ ...next, metadata: { ...next.metadata, uid: before?.metadata["uid"] ?? next.metadata["uid"] } });
}

/** Of all objects that are there: nobody collects the reports of those that are gone. */
function outcomes(api: FakeApiServer): readonly string[] {
  const there = new Set(
    [...stored(api, "Pod"), ...stored(api, "Namespace")].map(({ metadata }) => metadata["uid"]),
  );
  const reports = ["PolicyReport", "ClusterPolicyReport"].flatMap((kind) =>
    api.stored({ apiVersion: "wgpolicyk8s.io/v1alpha2", kind }),
  );
  return reports
    .filter(({ metadata }) => there.has(metadata.name))
    .map(({ metadata, summary, ...report }) => {
      const results = (report["results"] ?? []) as { policy: string; result: string }[];
      const told = results.map(({ policy, result }) => `${policy} ${result}`);
      return `${metadata.namespace} ${metadata.name} ${told.join()} ${JSON.stringify(summary)}`;
    })
    .toSorted();
}

/** What a full scan of the same objects stores. */
async function outcomesOfScan(api: FakeApiServer): Promise<readonly string[]> {
  const objects = (Object.keys(kinds) as (keyof typeof kinds)[]).flatMap((kind) => stored(api, kind));
  await using ground = await scannerGround(objects, respond);
  expect((await ground.run([])).exitCode).toBe(0);
  return outcomes(ground.api);
}

async function editAndCompare(ground: ScannerGround, batch: readonly Edit[], first: number): Promise<void> {
  for (const [index, edit] of batch.entries()) {
    make(ground.api, edit, first + index);
    for (let turn = 0; turn < edit.turns; turn++) await new Promise(setImmediate);
  }
  await until(() => outcomes(ground.api), await outcomesOfScan(ground.api));
}

describe("--watch", () => {
  it.each([1, 2, 3])(
    "leaves after many edits what a full scan leaves (seed %i)",
    async (seed) => {
      const batches = fc.sample(fc.array(edits, { minLength: 1, maxLength: 8 }), { numRuns: 12, seed });
      const objects = [
        ...spaces.map((name) => namespace(name)),
        cap("deny-0", { rules: [podRule, namespaceRule] }),
      ];
      await using ground = await scannerGround(objects, respond);
      const { exitCode, stderr } = await watching(ground, [], async () => {
        await until(() => outcomes(ground.api), await outcomesOfScan(ground.api));
        let sequence = 0;
        for (const batch of batches) {
          await editAndCompare(ground, batch, sequence);
          sequence += batch.length;
        }
        // what is looked at by itself must have been looked at by itself
        expect(ground.api.count({ path: /\/pods\/pod-\d$/ })).toBeGreaterThan(0);
      });
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    },
    60_000,
  );
});
