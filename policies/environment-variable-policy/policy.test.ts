import type { Container } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const lists = ["containers", "initContainers", "ephemeralContainers"] as const;
const having = (name: string, ...names: string[]): Container => ({
  name,
  env: names.map((variable) => ({ name: variable, value: "x" })),
});
const denying = { criteria: "doesNotContainAnyOf", values: ["DEBUG", "TRACE"] };
const denied =
  "Resource must not have any of the environment variables specified in the validation rule. The following invalid environment variables were found: ";
const missing =
  "Resource is missing required environment variables as specified in the validation rules. The following environment variables are missing: ";
const broken = (spec: unknown) => ({ ...pod({}), spec: JSON.parse(JSON.stringify(spec)) });

describe.each(bothWays("environment-variable-policy", policy))(
  "environment-variable-policy %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    describe.each(workloadKinds)("policies-and-sdk 18, 32: in a %s", (kind) => {
      it.each(lists)("%s are looked at", async (list) => {
        const object = workload(kind, {
          containers: [having("a", "HOME")],
          [list]: [having("b", "TRACE", "DEBUG")],
        });
        expect(await runner.run({ object, settings: denying })).toEqual({
          accepted: false,
          message: `b: ${denied}DEBUG, TRACE`,
        });
      });

      it("nothing that is denied is accepted, as is a missing pod spec", async () => {
        const object = workload(kind, { containers: [having("a", "HOME")], initContainers: null });
        expect(await runner.run({ object, settings: denying })).toEqual({ accepted: true });
        expect(await runner.run({ object: workload(kind), settings: denying })).toEqual({ accepted: true });
      });
    });

    it("policies-and-sdk 22, 32: every container is named, those without variables too", async () => {
      const settings = { criteria: "containsAllOf", values: ["TEAM", "REGION"] };
      const object = pod({
        ephemeralContainers: [{ name: "e" }],
        initContainers: [having("i", "REGION")],
        containers: [having("c", "TEAM"), having("ok", "REGION", "TEAM")],
      });
      expect(await runner.run({ object, settings })).toEqual({
        accepted: false,
        message: `c: ${missing}REGION, i: ${missing}TEAM, e: ${missing}REGION, TEAM`,
      });
    });

    it("a container hides no other one of the same name", async () => {
      const object = pod({ containers: [having("a", "DEBUG")], initContainers: [having("a", "HOME")] });
      expect(await runner.run({ object, settings: denying })).toEqual({
        accepted: false,
        message: `a: ${denied}DEBUG`,
      });
    });

    it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
      const oldObject = pod({ containers: [having("a")] });
      const object = pod({ containers: [having("a")], ephemeralContainers: [having("e", "DEBUG")] });
      const outcome = await runner.run({
        object,
        oldObject,
        subResource: "ephemeralcontainers",
        settings: denying,
      });
      expect(outcome).toEqual({ accepted: false, message: `e: ${denied}DEBUG` });
    });

    it("policies-and-sdk 20: DELETE is accepted", async () => {
      const oldObject = pod({ containers: [having("a", "DEBUG")] });
      expect(await runner.run({ object: null, oldObject, settings: denying })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 21: an UPDATE that only removes a finalizer of a pod with a denied one is rejected", async () => {
      const object = pod({ containers: [having("a", "DEBUG")] });
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      expect(await runner.run({ object, oldObject, settings: denying })).toMatchObject({ accepted: false });
    });

    it.each([
      [
        "another kind",
        { apiVersion: "v1", kind: "Service" },
        "Object should be one of these kinds: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod",
      ],
      ["no object", null, "the request has no object"],
      ["containers of another type", broken({ containers: {} }), "containers: expected array, got object"],
      [
        "a container that is null",
        broken({ containers: [null] }),
        "containers[0]: expected object, got null",
      ],
      [
        "variables of another type",
        broken({ initContainers: [{ name: "a" }, { env: "DEBUG" }] }),
        "initContainers[1].env: expected array, got string",
      ],
      [
        "a name of another type",
        broken({ containers: [{ env: [{ name: ["DEBUG"] }] }] }),
        "containers[0].env[0].name: expected string, got array",
      ],
    ])("policies-and-sdk 4: %s is an error, not an accept", async (_row, object, message) => {
      const kind = { group: "", version: "v1", kind: object?.kind ?? "Pod" };
      await expect(runner.run({ object, kind, settings: denying })).rejects.toThrow(message);
    });

    it.each<[unknown, string]>([
      [{}, "criteria: expected a value, got nothing; values: expected a value, got nothing"],
      [{ criteria: "containsAnyOf", values: [] }, "Empty environment variable list is not allowed"],
      [
        { criteria: "containsAnyOf", values: ["_ok", "lower", "A1_", "A.B", "1A", "a b", ""] },
        "Invalid environment variable names: , 1A, A.B, a b",
      ],
      [{ criteria: "containsAnyOf", values: null }, "values: expected array, got null"],
    ])("policies-and-sdk 9, 32: settings %j are refused", async (refused, message) => {
      expect(await runner.validateSettings(refused)).toEqual({ valid: false, message });
    });
  },
);

it("passes over no denied variable, whatever else is spoiled", () => {
  const object = pod({ containers: [having("a", "HOME", "DEBUG")], initContainers: [having("i")] });
  const path = ["spec", "containers", 0, "env", 1, "name"];
  const isHarmless = (value: unknown) => value === "x";
  expectNothingPassedOver(policy, { object, settings: denying, violations: [{ path, isHarmless }] });
});
