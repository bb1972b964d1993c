import { createFakeClock } from "@kubewarden-ts/kube/testing";
import { describe, expect, it } from "vitest";
import { createScanContext } from "../scan/scan-context.ts";
import { cap, namespace } from "../scan/testing/scan-fixtures.ts";
import { setUpScan } from "../scan/testing/set-up-scan.ts";
import type { SelectionScope } from "../selection/select-policies.ts";
import { createKeptPolicies } from "./kept-policies.ts";

const { signal } = new AbortController();
const scope = (env: string): SelectionScope => ({ kind: "namespace", name: "shop", labels: { env } });

async function keeping({ watched = true } = {}) {
  const scanned = await setUpScan({
    objects: [
      namespace("shop"),
      cap("all"),
      cap("prod", { namespaceSelector: { matchLabels: { env: "prod" } } }),
    ],
  });
  const clock = createFakeClock();
  const policies = createKeptPolicies({
    newRun: () => createScanContext(scanned.context),
    part: { kind: "everything" },
    watched: () => watched,
    clock,
  });
  const path = "/apis/policies.kubewarden.io/v1/clusteradmissionpolicies";
  return {
    ...{ policies, clock, lists: () => scanned.server.count({ path }) },
    /** how many policies are asked in a namespace with that label */
    async policiesIn(env: string): Promise<number | undefined> {
      const plan = await policies.run().planOf(scope(env), signal);
      return plan.selections.get("shop")?.evaluated;
    },
    [Symbol.asyncDispose]: () => scanned[Symbol.asyncDispose](),
  };
}

describe("createKeptPolicies", () => {
  it("reads policies once for many runs; labels of a namespace decide which are asked", async () => {
    await using kept = await keeping();
    expect(kept.policies.run().isNew).toBe(true);
    expect([
      await kept.policiesIn("dev"),
      await kept.policiesIn("prod"),
      await kept.policiesIn("dev"),
    ]).toEqual([1, 2, 1]);
    expect(kept.policies.run().isNew).toBe(false);
    expect(kept.lists()).toBe(1);
  });

  it.each<[string, { watched?: boolean }, (kept: Awaited<ReturnType<typeof keeping>>) => void]>([
    ["when something changed on which they depend", {}, ({ policies }) => policies.drop()],
    ["after a minute", {}, ({ clock }) => void clock.advance(60_000)],
    ["each time where nobody tells of changes", { watched: false }, () => {}],
  ])("reads them anew %s", async (_row, options, change) => {
    await using kept = await keeping(options);
    await kept.policiesIn("dev");
    change(kept);
    expect(kept.policies.run().isNew).toBe(true);
    await kept.policiesIn("dev");
    expect(kept.lists()).toBe(2);
  });
});
