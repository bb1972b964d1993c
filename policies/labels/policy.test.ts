import { beforeAll, describe, expect, it } from "vitest";
import { testMetadataCriteria } from "../../tests/support/metadata-criteria-cases.ts";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

describe.each(bothWays("labels", policy))("labels %s", (_way, makeRunner) => {
  testMetadataCriteria(makeRunner, "labels", "label");

  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each([
    ["n".repeat(64), "name too long"],
    [`${"p".repeat(254)}/n`, "prefix too long"],
    [`${"p".repeat(254)}/${"n".repeat(63)}`, "key too long"],
  ])("policies-and-sdk 32: refuses %s: %s", async (name, problem) => {
    const outcome = await runner.validateSettings({ criteria: "containsAllOf", values: [name] });
    expect(outcome).toEqual({ valid: false, message: `Invalid label names: ${name} (${problem})` });
  });
});

it("passes over no label that is denied, whatever else is spoiled", () => {
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "web", labels: { a: "b", team: "c" } } };
  const settings = { criteria: "doesNotContainAnyOf", values: ["team"] };
  const violations = [{ path: ["metadata", "labels", "team"], isHarmless: () => false }];
  expectNothingPassedOver(policy, { object, settings, violations });
});
