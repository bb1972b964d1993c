import type { KubernetesObject, PodSpec } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { allWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import {
  accepted,
  baseline,
  compliant,
  container,
  restricted,
  violating,
  withContext,
} from "./compliant-pod.ts";
import { policy } from "./policy.ts";

describe.each(allWays("pod-security-standards", policy))("pod-security-standards %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each(workloadKinds)("policies-and-sdk 18: checks the pod of a %s, and no missing one", async (kind) => {
    const text = "host namespaces (hostPID=true)";
    const object = workload(kind, compliant({ hostPID: true }));
    expect(await runner.run({ object, settings: baseline })).toEqual(violating("baseline:latest", text));
    expect(await runner.run({ object: workload(kind, compliant()), settings: restricted })).toEqual(accepted);
    expect(await runner.run({ object: workload(kind), settings: restricted })).toEqual(accepted);
  });

  it.each([
    [{ namespaces: ["team-a"] }, true],
    [{ users: ["jane"] }, true],
    [{ runtimeClasses: ["vm"] }, true],
    [{ namespaces: ["jane"], users: ["vm"], runtimeClasses: ["team-a", ""] }, false],
  ])("exemptions %j: %s", async (exemptions, isExempt) => {
    const object = workload("Deployment", { hostPID: true, runtimeClassName: "vm" });
    const outcome = await runner.run({ object, settings: { level: "baseline", exemptions } });
    expect(outcome.accepted).toBe(isExempt);
  });

  const old = pod(compliant({ hostPID: true, ephemeralContainers: [container()] }));
  it.each<[string, object, boolean]>([
    ["policies-and-sdk 21: a finalizer", { metadata: { finalizers: [] } }, true],
    [
      "a new image",
      { spec: { ...old["spec"]!, containers: [container({}, { image: "registry.test/b:1" })] } },
      false,
    ],
    ["a new init container", { spec: { ...old["spec"]!, initContainers: [container()] } }, false],
    [
      "policies-and-sdk 19: a new ephemeral container",
      { spec: { ...old["spec"]!, ephemeralContainers: [container(), container({}, { name: "d" })] } },
      false,
    ],
    ["one ephemeral container less", { spec: { ...old["spec"]!, ephemeralContainers: [] } }, true],
  ])("an UPDATE of a Pod that changes %s", async (_row, change, isAccepted) => {
    const outcome = await runner.run({ object: { ...old, ...change }, oldObject: old, settings: baseline });
    expect(outcome.accepted).toBe(isAccepted);
  });

  it("policies-and-sdk 21: an UPDATE of a workload is checked whatever it changes", async () => {
    const object = workload("Deployment", compliant({ hostPID: true }));
    const outcome = await runner.run({ object, oldObject: object, settings: baseline });
    expect(outcome).toEqual(violating("baseline:latest", "host namespaces (hostPID=true)"));
  });

  it("policies-and-sdk 20: DELETE, which has no object, is accepted", async () => {
    expect(await runner.run({ object: null, oldObject: old, settings: baseline })).toEqual(accepted);
  });

  it.each<[string, KubernetesObject | null, string]>([
    [
      "another kind",
      { apiVersion: "v1", kind: "Service" },
      "Object should be one of these kinds: Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod",
    ],
    [
      "hostNetwork that is a text",
      pod(compliant({ hostNetwork: "yes" })),
      "spec.hostNetwork: expected boolean, got string",
    ],
    [
      "containers that are no list",
      { ...pod({}), spec: { containers: {} } },
      "spec.containers: expected array, got object",
    ],
    [
      "a container that is a text",
      { ...pod({}), spec: { ephemeralContainers: ["x"] } },
      "spec.ephemeralContainers[0]: expected object, got string",
    ],
    [
      "what only restricted looks at",
      pod(withContext({ runAsUser: "0" })),
      "spec.containers[0].securityContext.runAsUser: expected integer, got string",
    ],
    [
      "a volume that is a text",
      pod(compliant({ volumes: [{ name: "v", hostPath: "/" }] })),
      "spec.volumes[0].hostPath: expected object, got string",
    ],
  ])("refuses %s", async (_row, object, message) => {
    expect(await runner.run({ object, settings: baseline })).toEqual({ accepted: false, code: 400, message });
  });

  it.each([
    [restricted, undefined],
    [
      {
        level: "baseline",
        version: "v1.35",
        exemptions: { users: ["a"], namespaces: [], runtimeClasses: [] },
      },
      undefined,
    ],
    [null, "level: expected a value, got nothing"],
    [{ level: "privileged" }, 'level: expected ("baseline" | "restricted"), got "privileged"'],
    [{ ...baseline, version: "1.35" }, 'version: expected latest or v1.<minor>, got "1.35"'],
    [{ ...baseline, version: "v1.035" }, 'version: expected latest or v1.<minor>, got "v1.035"'],
    [{ ...baseline, version: 1 }, "version: expected string, got number"],
    [{ ...baseline, exemption: {} }, "exemption: unknown setting"],
    [{ ...baseline, exemptions: { usernames: [] } }, "exemptions.usernames: unknown setting"],
    [{ ...baseline, exemptions: { users: "a" } }, "exemptions.users: expected array, got string"],
  ])("policies-and-sdk 9: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it.each<[string, PodSpec, (string | number)[], (value: unknown) => boolean]>([
  [
    "privileged containers",
    withContext({ privileged: true }),
    ["containers", 0, "securityContext", "privileged"],
    (value) => value === false,
  ],
  ["host namespaces", compliant({ hostNetwork: true }), ["hostNetwork"], (value) => value === false],
  [
    "hostPath volumes",
    compliant({ volumes: [{ name: "v", hostPath: {} }] }),
    ["volumes", 0, "hostPath"],
    () => false,
  ],
  [
    "host ports of init containers",
    compliant({ initContainers: [container({}, { ports: [{ hostPort: 80 }] })] }),
    ["initContainers", 0, "ports", 0, "hostPort"],
    () => false,
  ],
])("passes over no %s", (_row, spec, path, isHarmless) => {
  const violations = [{ path: ["spec", ...path], isHarmless }];
  expectNothingPassedOver(policy, { object: pod(spec), settings: baseline, violations });
});
