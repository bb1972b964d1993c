import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const prefix = "container.apparmor.security.beta.kubernetes.io/";
const withProfile = (type: string, localhostProfile?: string) => ({
  securityContext: { appArmorProfile: { type, localhostProfile } },
});
const annotated = (annotations: Record<string, string>): KubernetesObject => ({
  ...pod({ containers: [{ name: "app" }] }),
  metadata: { name: "web", annotations },
});
const notAllowed = (...profiles: string[]) => ({
  accepted: false,
  message: `These AppArmor profiles are not allowed: [${profiles.map((p) => JSON.stringify(p)).join(", ")}]`,
});
const lists = ["containers", "initContainers", "ephemeralContainers"] as const;

describe.each(bothWays("apparmor-psp", policy))("apparmor-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  describe.each(workloadKinds)("policies-and-sdk 18: in a %s", (kind) => {
    it.each(lists)("policies-and-sdk 34: the profile of one among %s is checked", async (list) => {
      const object = workload(kind, { [list]: [{ name: "a" }, withProfile("Unconfined")] });
      expect(await runner.run({ object })).toEqual(notAllowed("unconfined"));
      const settings = { allowed_profiles: ["unconfined"] };
      expect(await runner.run({ object, settings })).toEqual({ accepted: true });
    });

    it("policies-and-sdk 34: the profile of the pod is checked", async () => {
      const object = workload(kind, withProfile("Localhost", "deny"));
      const settings = { allowed_profiles: ["localhost/other", "runtime/default"] };
      expect(await runner.run({ object, settings })).toEqual(notAllowed("localhost/deny"));
    });

    it.each([
      ["no profile", { containers: [{ name: "a", securityContext: { appArmorProfile: null } }] }],
      ["no spec", undefined],
    ])("policies-and-sdk 18: %s is accepted", async (_row, spec) => {
      expect(await runner.run({ object: workload(kind, spec) })).toEqual({ accepted: true });
    });
  });

  it("policies-and-sdk 34: annotations of a pod template are checked, those of the workload are none", async () => {
    const annotations = { [`${prefix}app`]: "unconfined" };
    const template = { metadata: { annotations }, spec: {} };
    const object = { apiVersion: "apps/v1", kind: "Deployment", spec: { template } };
    expect(await runner.run({ object })).toEqual(notAllowed("unconfined"));
    const outside = { ...workload("Deployment", {}), metadata: { annotations } };
    expect(await runner.run({ object: outside })).toEqual({ accepted: true });
  });

  it.each<[string, Record<string, string>, string[]]>([
    ["other annotations", { "app.test/a": "unconfined", [`X${prefix}a`]: "unconfined" }, []],
    ["an allowed one", { [`${prefix}app`]: "runtime/default" }, []],
    ["another one", { [`${prefix}app`]: "unconfined" }, ["unconfined"]],
    ["an empty one", { [`${prefix}app`]: "" }, [""]],
    ["the same twice", { [`${prefix}a`]: "x", [`${prefix}b`]: "x" }, ["x"]],
    [
      "policies-and-sdk 22: several, sorted",
      { [`${prefix}a`]: "y", [`${prefix}b`]: "x", [`${prefix}c`]: "runtime/default" },
      ["x", "y"],
    ],
  ])("policies-and-sdk 34: %s", async (_row, annotations, profiles) => {
    const outcome = await runner.run({
      object: annotated(annotations),
      settings: { allowed_profiles: ["runtime/default", "*"] },
    });
    expect(outcome).toEqual(profiles.length === 0 ? { accepted: true } : notAllowed(...profiles));
  });

  it.each([
    ["RuntimeDefault", undefined, "runtime/default"],
    ["Unconfined", undefined, "unconfined"],
    ["Localhost", "p", "localhost/p"],
    ["Localhost", undefined, "localhost/"],
    ["Future", undefined, "Future"],
  ])("policies-and-sdk 34: the type %s with %s is called %s", async (type, profile, name) => {
    const object = pod({ containers: [withProfile(type, profile)] });
    expect(await runner.run({ object })).toEqual(notAllowed(name));
    expect(await runner.run({ object, settings: { allowed_profiles: [name] } })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 19: a request for pods/ephemeralcontainers is checked", async () => {
    const object = pod({ ephemeralContainers: [withProfile("Unconfined")] });
    const outcome = await runner.run({ object, oldObject: pod({}), subResource: "ephemeralcontainers" });
    expect(outcome).toEqual(notAllowed("unconfined"));
  });

  it("policies-and-sdk 20: DELETE, which has no object, is accepted", async () => {
    const oldObject = annotated({ [`${prefix}app`]: "unconfined" });
    expect(await runner.run({ object: null, oldObject })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected all the same", async () => {
    const object = annotated({ [`${prefix}app`]: "unconfined" });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject })).toEqual(notAllowed("unconfined"));
  });

  it.each<[string, unknown]>([
    [
      "Object should be one of these kinds: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod",
      { apiVersion: "v1", kind: "Service" },
    ],
    ["spec.containers: expected array, got string", { ...pod({}), spec: { containers: "none" } }],
    ["metadata.annotations: expected object, got array", { ...pod({}), metadata: { annotations: [] } }],
    [
      `metadata.annotations.${prefix}app: expected string, got number`,
      { ...pod({}), metadata: { annotations: { [`${prefix}app`]: 1 } } },
    ],
    [
      "spec.containers[0].securityContext.appArmorProfile: expected object, got string",
      { ...pod({}), spec: { containers: [{ securityContext: { appArmorProfile: "Unconfined" } }] } },
    ],
    [
      "spec.securityContext.appArmorProfile.type: expected string, got boolean",
      { ...pod({}), spec: { securityContext: { appArmorProfile: { type: true } } } },
    ],
  ])("rejects what cannot be read: %s", async (message, object) => {
    const outcome = await runner.run({ object: Object(object) });
    expect(outcome).toEqual({ accepted: false, code: 400, message });
  });

  it.each([
    [null, { valid: true }],
    [{ allowed_profiles: ["unconfined"], other: 1 }, { valid: true }],
    [
      { allowed_profiles: "runtime/default" },
      { valid: false, message: "allowed_profiles: expected array, got string" },
    ],
    [{ allowed_profiles: null }, { valid: false, message: "allowed_profiles: expected array, got null" }],
  ])("policies-and-sdk 9: settings %j", async (settings, expected) => {
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it.each<[string, KubernetesObject, (string | number)[]]>([
  [
    "field",
    pod({ containers: [{ name: "a" }, withProfile("Unconfined")] }),
    ["spec", "containers", 1, "securityContext", "appArmorProfile"],
  ],
  ["annotation", annotated({ [`${prefix}app`]: "unconfined" }), ["metadata", "annotations", `${prefix}app`]],
])("policies-and-sdk 34: passes over no %s", (_row, object, path) => {
  expectNothingPassedOver(policy, { object, violations: [{ path, isHarmless: () => false }] });
});
