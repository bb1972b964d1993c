import { beforeAll, describe, expect, it } from "vitest";
import { testMetadataCriteria } from "../../tests/support/metadata-criteria-cases.ts";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

describe.each(bothWays("annotations", policy))("annotations %s", (_way, makeRunner) => {
  testMetadataCriteria(makeRunner, "annotations", "annotation");

  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it("policies-and-sdk 32: takes names of any length", async () => {
    const values = ["n".repeat(64), `${"p".repeat(254)}/n`];
    expect(await runner.validateSettings({ criteria: "containsAllOf", values })).toEqual({ valid: true });
  });
});

it("passes over no annotation that is denied, whatever else is spoiled", () => {
  const object = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "web", annotations: { a: "b", team: "c" } },
  };
  const settings = { criteria: "doesNotContainAnyOf", values: ["team"] };
  const violations = [{ path: ["metadata", "annotations", "team"], isHarmless: () => false }];
  expectNothingPassedOver(policy, { object, settings, violations });
});
