import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { allWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const plain = { name: "plain" };
const privileged = { name: "bad", securityContext: { privileged: true } };
const messages = {
  containers: "Privileged container is not allowed",
  initContainers: "Privileged init container is not allowed",
  ephemeralContainers: "Privileged ephemeral container is not allowed",
} as const;
const lists = ["containers", "initContainers", "ephemeralContainers"] as const;
const configMap = { apiVersion: "v1", kind: "ConfigMap", metadata: { name: "settings" } };

describe.each(allWays("pod-privileged", policy))("pod-privileged %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
    it.each(lists)("policies-and-sdk 19, 23: a privileged one among %s has its own message", async (list) => {
      const object = workload(kind, { containers: [plain], [list]: [plain, privileged] });
      expect(await runner.run({ object })).toEqual({ accepted: false, message: messages[list] });
    });

    it("nothing privileged is accepted", async () => {
      const object = workload(kind, {
        containers: [plain],
        initContainers: [plain],
        ephemeralContainers: null,
      });
      expect(await runner.run({ object })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 18: a missing pod spec is accepted", async () => {
      expect(await runner.run({ object: workload(kind) })).toEqual({ accepted: true });
    });
  });

  it.each([
    ["skip_init_containers", "initContainers", "ephemeralContainers"],
    ["skip_ephemeral_containers", "ephemeralContainers", "initContainers"],
  ] as const)("policies-and-sdk 23: %s skips %s and not %s", async (setting, skipped, checked) => {
    const settings = { [setting]: true };
    const containers = [plain];
    const one = pod({ containers, [skipped]: [privileged] });
    expect(await runner.run({ object: one, settings })).toEqual({ accepted: true });
    const both = pod({ containers, [skipped]: [privileged], [checked]: [privileged] });
    expect(await runner.run({ object: both, settings })).toEqual({
      accepted: false,
      message: messages[checked],
    });
  });

  it("the first of containers, init and ephemeral containers decides", async () => {
    const object = pod({
      ephemeralContainers: [privileged],
      initContainers: [privileged],
      containers: [privileged],
    });
    expect(await runner.run({ object })).toMatchObject({ message: messages.containers });
  });

  it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
    const oldObject = pod({ containers: [plain] });
    const object = pod({ containers: [plain], ephemeralContainers: [privileged] });
    const outcome = await runner.run({ object, oldObject, subResource: "ephemeralcontainers" });
    expect(outcome).toEqual({ accepted: false, message: messages.ephemeralContainers });
  });

  it.each<[string, KubernetesObject | null]>([
    ["policies-and-sdk 23: another kind", configMap],
    ["policies-and-sdk 20: DELETE, which has no object", null],
    ["containers that are no list", { ...pod({}), spec: { containers: "none" } }],
    ["a container that is no object", { ...pod({}), spec: { containers: [1] } }],
    ["a spec that is no object", { ...pod({}), spec: 5 }],
    [
      "privileged that is no boolean",
      { ...pod({}), spec: { containers: [{ securityContext: { privileged: "no" } }] } },
    ],
  ])("cannot read %s", async (_row, object) => {
    const oldObject = object === null ? pod({ containers: [plain] }) : null;
    const outcome = await runner.run({ object, oldObject });
    expect(outcome).toEqual({ accepted: false, message: "Cannot parse validation request" });
  });

  it("cannot read an object of another kind than the request says", async () => {
    const kind = { group: "", version: "v1", kind: "Pod" };
    const outcome = await runner.run({ object: workload("Deployment", { containers: [plain] }), kind });
    expect(outcome).toEqual({ accepted: false, message: "Cannot parse validation request" });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer of a privileged pod is rejected", async () => {
    const object = pod({ containers: [privileged] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject })).toEqual({
      accepted: false,
      message: messages.containers,
    });
  });

  it.each([
    [null, { valid: true }],
    [{}, { valid: true }],
    [{ skip_init_containers: true, other: 1 }, { valid: true }],
    [
      { skip_init_containers: "yes", skip_ephemeral_containers: null },
      {
        valid: false,
        message:
          "skip_init_containers: expected boolean, got string; skip_ephemeral_containers: expected boolean, got null",
      },
    ],
  ])("policies-and-sdk 9: settings %j", async (settings, expected) => {
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});
