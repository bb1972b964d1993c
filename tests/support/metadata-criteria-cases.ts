// Cases that the tests of labels and annotations share.
import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import type { Runner } from "../../policies/both-ways.ts";
import type { MetadataField } from "../../policies/metadata-entries.ts";
import { workload, workloadKinds } from "../../policies/workloads.ts";

/** Runs the cases. @param subject - how the policy calls what it compares, in singular */
export function testMetadataCriteria(
  makeRunner: () => Promise<Runner>,
  field: MetadataField,
  subject: string,
): void {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });
  const missing = `Resource is missing required ${subject}s as specified in the validation rules. The following ${subject}s are missing: `;
  const settings = { criteria: "containsAllOf", values: ["zone", "team"] };
  const having = (found: unknown): KubernetesObject => ({
    ...workload("Pod", {}),
    metadata: JSON.parse(JSON.stringify({ name: "web", [field]: found })),
  });

  it.each(workloadKinds)(
    "policies-and-sdk 18, 32: looks at the metadata of a %s, not of its pods",
    async (kind) => {
      const object = workload(kind, { containers: [] });
      const template = kind === "Pod" ? {} : { spec: { template: { metadata: { [field]: { team: "a" } } } } };
      const without = { ...object, ...template };
      expect(await runner.run({ object: without, settings })).toEqual({
        accepted: false,
        message: `${missing}team, zone`,
      });
      const metadata = { ...object.metadata, [field]: { team: "a", zone: "b" } };
      expect(await runner.run({ object: { ...without, metadata }, settings })).toEqual({ accepted: true });
    },
  );

  it.each<[string, KubernetesObject | null]>([
    ["an object of any kind", { apiVersion: "v1", kind: "Thing" }],
    ["policies-and-sdk 20: DELETE, which has no object", null],
    ["null", having(null)],
  ])("none are found in %s", async (_row, object) => {
    const oldObject = having({ team: "a", zone: "b" });
    const outcome = await runner.run({ object, oldObject, settings });
    expect(outcome).toEqual({ accepted: false, message: `${missing}team, zone` });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is judged as any other", async () => {
    const object = having({ team: "a" });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject, settings })).toEqual({
      accepted: false,
      message: `${missing}zone`,
    });
  });

  it.each([
    ["a text", having("team"), `metadata.${field}: expected object, got string`],
    ["a list", having(["team"]), `metadata.${field}: expected object, got array`],
    ["metadata that are a text", { kind: "Pod", metadata: "x" }, "metadata: expected object, got string"],
  ])("what is %s cannot hide one that is not allowed", async (_row, object, message) => {
    const denying = { criteria: "doesNotContainAnyOf", values: ["team"] };
    const outcome = await runner.run({ object: JSON.parse(JSON.stringify(object)), settings: denying });
    expect(outcome).toEqual({ accepted: false, message });
  });

  it("one without a value, or named like a member of every object, is found", async () => {
    const denying = { criteria: "doesNotContainAnyOf", values: ["team", "constructor"] };
    const message = `Resource must not have any of the ${subject}s specified in the validation rule. The following invalid ${subject}s were found: `;
    expect(await runner.run({ object: having({}), settings: denying })).toEqual({ accepted: true });
    expect(await runner.run({ object: having({ team: null, constructor: "x" }), settings: denying })).toEqual(
      {
        accepted: false,
        message: `${message}constructor, team`,
      },
    );
  });

  describe("settings", () => {
    it.each<[unknown, string]>([
      [null, "criteria: expected a value, got nothing; values: expected a value, got nothing"],
      [{ criteria: "containsAnyOf", values: [] }, `Empty ${subject} list is not allowed`],
      [
        { criteria: "nope", values: ["a"] },
        'criteria: expected ("containsAnyOf" | "doesNotContainAnyOf" | "containsAllOf" | "doesNotContainAllOf" | "containsOtherThan" | "doesNotContainOtherThan"), got "nope"',
      ],
      [{ criteria: "containsAnyOf", values: "a" }, "values: expected array, got string"],
      [{ criteria: "containsAnyOf", values: [1] }, "values.0: expected string, got number"],
      [
        { criteria: "containsAnyOf", values: ["ok", "bad key", "-lead"] },
        `Invalid ${subject} names: -lead, bad key`,
      ],
    ])("policies-and-sdk 9, 32: %j are refused", async (refused, message) => {
      expect(await runner.validateSettings(refused)).toEqual({ valid: false, message });
    });

    it("are taken with keys nobody knows", async () => {
      const taken = { criteria: "containsOtherThan", values: ["a.test/b", "c"], more: 1 };
      expect(await runner.validateSettings(taken)).toEqual({ valid: true });
    });
  });
}
