import type { Container, KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const saying = (allowPrivilegeEscalation: boolean | null): Container => ({
  name: "a",
  securityContext: { allowPrivilegeEscalation },
});
const messages = {
  initContainers: "one of the init containers has privilege escalation enabled",
  containers: "one of the containers has privilege escalation enabled",
  ephemeralContainers: "one of the ephemeral containers has privilege escalation enabled",
} as const;
const lists = ["initContainers", "containers", "ephemeralContainers"] as const;
const forbid = { default_allow_privilege_escalation: false };

describe.each(bothWays("allow-privilege-escalation-psp", policy))(
  "allow-privilege-escalation-psp %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
      it.each(lists)("policies-and-sdk 24: one among %s that may escalate is rejected", async (list) => {
        const object = workload(kind, { containers: [{ name: "b" }], [list]: [saying(false), saying(true)] });
        for (const settings of [{}, forbid]) {
          expect(await runner.run({ object, settings })).toEqual({
            accepted: false,
            message: messages[list],
          });
        }
      });

      it("policies-and-sdk 18: a missing pod spec is accepted as it is", async () => {
        expect(await runner.run({ object: workload(kind), settings: forbid })).toEqual({ accepted: true });
      });

      it("policies-and-sdk 24: default false adds the field where it lacks, and nothing else", async () => {
        const before = {
          containers: [{ name: "c" }, saying(false), { name: "d", securityContext: { runAsUser: 5 } }],
          initContainers: [saying(null), { name: "i", securityContext: null, future: 1 }],
          ephemeralContainers: [{ name: "e" }],
          futureField: { a: null },
        };
        const set = { allowPrivilegeEscalation: false };
        const after = {
          containers: [
            { name: "c", securityContext: set },
            saying(false),
            { name: "d", securityContext: { runAsUser: 5, ...set } },
          ],
          initContainers: [saying(false), { name: "i", securityContext: set, future: 1 }],
          ephemeralContainers: [{ name: "e" }],
          futureField: { a: null },
        };
        expect(await runner.run({ object: workload(kind, before), settings: forbid })).toEqual({
          accepted: true,
          mutatedObject: workload(kind, after),
        });
      });
    });

    it("policies-and-sdk 24: both messages are joined, init containers first", async () => {
      const object = pod({ containers: [saying(true)], initContainers: [saying(true)] });
      expect(await runner.run({ object })).toEqual({
        accepted: false,
        message: `${messages.initContainers}, ${messages.containers}`,
      });
    });

    it.each([{}, { default_allow_privilege_escalation: true }])(
      "policies-and-sdk 24: settings %j leave alone what says nothing",
      async (settings) => {
        const object = pod({ containers: [{ name: "c" }, saying(null), saying(false)] });
        expect(await runner.run({ object, settings })).toEqual({ accepted: true });
      },
    );

    it("policies-and-sdk 24: default false changes nothing where all is said", async () => {
      const object = pod({ containers: [saying(false)], initContainers: [saying(false)] });
      expect(await runner.run({ object, settings: forbid })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
      const oldObject = pod({ containers: [saying(false)] });
      const object = pod({ containers: [saying(false)], ephemeralContainers: [saying(true)] });
      expect(await runner.run({ object, oldObject, subResource: "ephemeralcontainers" })).toEqual({
        accepted: false,
        message: messages.ephemeralContainers,
      });
    });

    it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
      const object = pod({ containers: [saying(true)] });
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      expect(await runner.run({ object, oldObject })).toEqual({
        accepted: false,
        message: messages.containers,
      });
    });

    it.each<[string, KubernetesObject | null]>([
      ["another kind", { apiVersion: "v1", kind: "ConfigMap" }],
      ["policies-and-sdk 20: DELETE, which has no object", null],
      ["containers that are no list", { ...pod({}), spec: { containers: {} } }],
      ["a container that is null", { ...pod({}), spec: { initContainers: [null] } }],
      ["a securityContext that is a list", { ...pod({}), spec: { containers: [{ securityContext: [] }] } }],
      [
        "a field that is no boolean",
        { ...pod({}), spec: { containers: [{ securityContext: { allowPrivilegeEscalation: "true" } }] } },
      ],
    ])("cannot parse %s", async (_row, object) => {
      const oldObject = object === null ? pod({ containers: [saying(true)] }) : null;
      expect(await runner.run({ object, oldObject, settings: forbid })).toEqual({
        accepted: false,
        message: "Cannot parse validation request",
      });
    });

    it.each([
      [null, { valid: true }],
      [{ default_allow_privilege_escalation: false, other: 1 }, { valid: true }],
      [
        { default_allow_privilege_escalation: "no" },
        { valid: false, message: "default_allow_privilege_escalation: expected boolean, got string" },
      ],
    ])("policies-and-sdk 9: settings %j", async (settings, expected) => {
      expect(await runner.validateSettings(settings)).toEqual(expected);
    });
  },
);

it("policies-and-sdk 24: passes over nothing that could escalate", () => {
  const path = ["spec", "containers", 0, "securityContext", "allowPrivilegeEscalation"];
  const object = pod({ containers: [saying(true)], initContainers: [saying(false)] });
  expectNothingPassedOver(policy, { object, violations: [{ path, isHarmless: (value) => value === false }] });
});
