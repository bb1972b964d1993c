import { type Container, type KubernetesObject, type PodSpec, reject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const wanted = { user: "system_u", role: "system_r", type: "container_t", level: "s0:c1,c5" };
const must = (options: object) => ({ rule: "MustRunAs", ...options });
const having = (seLinuxOptions: unknown): { securityContext: Record<string, unknown> } => ({
  securityContext: { runAsUser: 3, seLinuxOptions },
});
const container = (name: string, options: unknown): Container => ({ name, ...having(options) });
const failed = { accepted: false, message: "SELinux validation failed" };
const accepted = { accepted: true };
const lists = ["containers", "initContainers", "ephemeralContainers"];

describe.each(bothWays("selinux-psp", policy))("selinux-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each([
    ["the same", wanted, wanted, accepted],
    ["another user", wanted, { ...wanted, user: "x" }, failed],
    ["another role", wanted, { ...wanted, role: "x" }, failed],
    ["another type", wanted, { ...wanted, type: "x" }, failed],
    ["another level", wanted, { ...wanted, level: "s0" }, failed],
    ["categories in another order, and twice", wanted, { ...wanted, level: "s0:c5,c1,c5" }, accepted],
    ["another sensitivity", wanted, { ...wanted, level: "s1:c1,c5" }, failed],
    ["a range of categories", wanted, { ...wanted, level: "s0:c1.c5" }, failed],
    ["something behind the categories", wanted, { ...wanted, level: "s0:c1,c5:x" }, failed],
    ["no level", wanted, { ...wanted, level: null }, failed],
    ["no options in the options", { level: "s0" }, {}, failed],
    ["a level nobody asked for", { type: "t" }, { type: "t", level: "s0" }, accepted],
    ["a user nobody asked for", { type: "t" }, { type: "t", user: "u" }, failed],
    ["texts that are empty", { user: "", level: "" }, { user: "", level: "" }, accepted],
  ])("policies-and-sdk 34: %s", async (_row, settings, options, expected) => {
    expect(await runner.run({ object: pod(having(options)), settings: must(settings) })).toEqual(expected);
  });

  it.each(lists)("policies-and-sdk 19, 34: checks %s", async (list) => {
    const object = pod({
      ...having(wanted),
      [list]: [container("a", wanted), container("b", { user: "x" })],
    });
    expect(await runner.run({ object, settings: must(wanted) })).toEqual(failed);
    expect(await runner.run({ object, settings: { rule: "RunAsAny" } })).toEqual(accepted);
  });

  it.each(workloadKinds)("policies-and-sdk 18, 34: sets missing options in a %s, in place", async (kind) => {
    const spec = (options: unknown, none: object): PodSpec => ({
      ...having(options),
      containers: [container("a", wanted), { name: "b", image: "i", ...none }],
      initContainers: [container("c", options)],
      ephemeralContainers: [container("d", options)],
      futureField: { a: 1 },
    });
    const without = workload(kind, spec(null, {}));
    expect(await runner.run({ object: without, settings: must(wanted) })).toEqual({
      accepted: true,
      mutatedObject: workload(kind, spec(wanted, { securityContext: { seLinuxOptions: wanted } })),
    });
    const type = { type: "container_t" };
    const partly = workload(kind, { containers: [container("a", type)] });
    expect(await runner.run({ object: partly, settings: must({ ...type, user: null }) })).toEqual({
      accepted: true,
      mutatedObject: workload(kind, {
        containers: [container("a", type)],
        securityContext: { seLinuxOptions: type },
      }),
    });
    expect(await runner.run({ object: workload(kind, having({ user: "x" })), settings: must(type) })).toEqual(
      failed,
    );
  });

  it("policies-and-sdk 18: a workload without pod spec is accepted, a Pod without spec cannot be judged", async () => {
    expect(await runner.run({ object: workload("Job"), settings: must(wanted) })).toEqual(accepted);
    for (const settings of [must(wanted), { rule: "RunAsAny" }]) {
      await expect(runner.run({ object: workload("Pod"), settings })).rejects.toThrow("invalid pod spec");
    }
  });

  it.each<[string, KubernetesObject | null]>([
    ["another kind", { apiVersion: "v1", kind: "Service", spec: having({ user: "x" }) }],
    ["policies-and-sdk 20: DELETE, which has no object,", null],
  ])("%s is accepted", async (_row, object) => {
    const oldObject = pod(having({ user: "x" }));
    expect(await runner.run({ object, oldObject, settings: must(wanted) })).toEqual(accepted);
  });

  it.each([
    [{ containers: "x" }, "containers: expected array, got string"],
    [{ initContainers: [null] }, "initContainers[0]: expected object, got null"],
    [having([]), "securityContext.seLinuxOptions: expected object, got array"],
    [having({ user: 1 }), "securityContext.seLinuxOptions.user: expected string, got number"],
  ])("refuses what it cannot read: %j", async (spec, message) => {
    const outcome = await runner.run({ object: { ...pod({}), spec }, settings: must(wanted) });
    expect(outcome).toEqual({ accepted: false, code: 400, message });
  });

  it("policies-and-sdk 19, 21: an UPDATE is checked as a CREATE is", async () => {
    const object = pod({ ...having(wanted), ephemeralContainers: [container("e", { user: "x" })] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const request = { object, oldObject, subResource: "ephemeralcontainers" };
    expect(await runner.run({ ...request, settings: must(wanted) })).toEqual(failed);
  });

  it.each([
    [{ rule: "RunAsAny", user: "x" }, undefined],
    [{ rule: "MustRunAs", level: "s0", extra: 1 }, undefined],
    [{ rule: "MustRunAs", user: "" }, undefined],
    [{ rule: "MustRunAs" }, "you have to provide at least a user, group, type or level settings"],
    [{ rule: "MustRunAs", user: null }, "you have to provide at least a user, group, type or level settings"],
    [{ rule: "MustRunAs", user: 1 }, "user: expected string, got number"],
    [{ rule: "no" }, 'rule: expected ("MustRunAs" | "RunAsAny"), got "no"'],
    [null, "rule: expected a value, got nothing"],
  ])("policies-and-sdk 9, 34: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it("passes over no option that is another one", () => {
  const rejecting: typeof policy = {
    ...policy,
    validate(request, settings) {
      try {
        return policy.validate(request, settings);
      } catch (error) {
        if (String(error) !== "Error: invalid pod spec") throw error;
        return reject("invalid pod spec");
      }
    },
  };
  const object = pod({ containers: [container("a", { user: "u" })] });
  const path = ["spec", "containers", 0, "securityContext", "seLinuxOptions", "user"];
  const violations = [{ path, isHarmless: () => false }];
  expectNothingPassedOver(rejecting, { object, settings: must({ type: "t" }), violations });
});
