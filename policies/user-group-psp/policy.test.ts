import type { Container, KubernetesObject, PodSpec } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const ranges = [
  { min: 1000, max: 2000 },
  { min: 5, max: 5 },
];
const must = { rule: "MustRunAs", ranges };
const may = { rule: "MayRunAs", ranges };
const nonRoot = { rule: "MustRunAsNonRoot" };
const overwrite = { ...must, overwrite: true };
const context = (fields: object | null): Container => ({
  name: "c",
  image: "registry.test/app:1",
  ...(fields && { securityContext: { ...fields } }),
});
const rejected = (message: string) => ({ accepted: false, message });
const accepted = { accepted: true };
const userOutside = rejected("User ID outside defined ranges");
const groupOutside = rejected("Group ID is outside defined ranges");
const cannotBeRoot = rejected("Invalid user ID: cannot run container with root ID (0)");
const mustBeTrue = rejected("RunAsNonRoot should be set to true");
const unreadable = rejected("Cannot parse validation request");

describe.each(bothWays("user-group-psp", policy))("user-group-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  /** What becomes of the container's fields, or why it is rejected. */
  async function outcomeOf(settings: object, fields: object | null, list = "containers") {
    const outcome = await runner.run({ object: pod({ [list]: [context(fields)] }), settings });
    const spec: PodSpec = Object(outcome.mutatedObject).spec;
    return outcome.mutatedObject === undefined ? outcome : [spec[list], spec.securityContext];
  }
  const setTo = (own: object, ofPod: object) => [[context(own)], ofPod];

  it.each([
    ["in range", { run_as_user: must }, { runAsUser: 5 }, accepted],
    ["outside", { run_as_user: must }, { runAsUser: 4 }, userOutside],
    ["root", { run_as_user: must }, { runAsUser: 0 }, userOutside],
    ["missing", { run_as_user: must }, null, setTo({ runAsUser: 1000 }, { runAsUser: 1000 })],
    [
      "missing",
      { run_as_user: must },
      { privileged: true, runAsUser: null },
      setTo({ privileged: true, runAsUser: 1000 }, { runAsUser: 1000 }),
    ],
    [
      "overwritten",
      { run_as_user: overwrite },
      { runAsUser: 0 },
      setTo({ runAsUser: 1000 }, { runAsUser: 1000 }),
    ],
    ["any", { run_as_user: { rule: "RunAsAny" } }, { runAsUser: 0 }, accepted],
    [
      "missing",
      { run_as_user: nonRoot },
      { runAsUser: 9 },
      setTo({ runAsUser: 9, runAsNonRoot: true }, { runAsNonRoot: true }),
    ],
    ["root", { run_as_user: nonRoot }, { runAsUser: 0, runAsNonRoot: true }, cannotBeRoot],
    ["false", { run_as_user: nonRoot }, { runAsUser: 0, runAsNonRoot: false }, mustBeTrue],
    ["in range", { run_as_group: must }, { runAsGroup: 2000 }, accepted],
    ["outside", { run_as_group: must }, { runAsGroup: 2001 }, groupOutside],
    ["missing", { run_as_group: must }, {}, setTo({ runAsGroup: 1000 }, { runAsGroup: 1000 })],
    [
      "overwritten",
      { run_as_group: overwrite },
      { runAsGroup: 7 },
      setTo({ runAsGroup: 1000 }, { runAsGroup: 1000 }),
    ],
    ["missing", { run_as_group: may }, {}, accepted],
    ["in range", { run_as_group: may }, { runAsGroup: 1000 }, accepted],
    ["outside", { run_as_group: may }, { runAsGroup: 1 }, groupOutside],
    ["any", {}, { runAsUser: 0, runAsGroup: 0, runAsNonRoot: false }, accepted],
  ])("policies-and-sdk 26: %s with %j: %j", async (_row, settings, fields, expected) => {
    expect(await outcomeOf(settings, fields)).toEqual(expected);
    expect(await outcomeOf(settings, fields, "initContainers")).toEqual(expected);
  });

  it.each([
    [must, undefined, [1000]],
    [must, [], [1000]],
    [must, [1000, 5], undefined],
    [must, [1000, 6], groupOutside],
    [overwrite, [1, 2], [1000]],
    [may, undefined, undefined],
    [may, [0], groupOutside],
    [{ rule: "RunAsAny" }, [0], undefined],
  ])(
    "policies-and-sdk 26: supplemental groups: %j with %j",
    async (strategy, supplementalGroups, expected) => {
      const object = pod({ containers: [], securityContext: { fsGroup: 1, supplementalGroups } });
      const outcome = await runner.run({ object, settings: { supplemental_groups: strategy } });
      if (!Array.isArray(expected)) expect(outcome).toEqual(expected ?? accepted);
      else {
        const securityContext = { fsGroup: 1, supplementalGroups: expected };
        expect(outcome).toEqual({ accepted: true, mutatedObject: pod({ containers: [], securityContext }) });
      }
    },
  );

  it("policies-and-sdk 26: the pod's own IDs are checked once something is set, in the order of the rules", async () => {
    const object = pod({ containers: [context(null)], securityContext: { runAsUser: 4, runAsGroup: 4 } });
    const run = (settings: object) => runner.run({ object, settings });
    expect(await run({ run_as_user: must })).toEqual(userOutside);
    expect(await run({ run_as_group: must })).toEqual(groupOutside);
    expect(await run({ run_as_user: nonRoot, run_as_group: may })).toEqual(groupOutside);
    const own = pod({ containers: [context({ runAsUser: 5 })], securityContext: { runAsUser: 4 } });
    expect(await runner.run({ object: own, settings: { run_as_user: must } })).toEqual(accepted);
  });

  it("policies-and-sdk 26: a group that containers have from the pod is checked with MayRunAs", async () => {
    const spec = { containers: [context(null)], securityContext: { runAsGroup: 4 } };
    const settings = { run_as_group: may };
    expect(await runner.run({ object: pod(spec), settings })).toEqual(groupOutside);
    const own = { ...spec, containers: [context({ runAsGroup: 5 })] };
    expect(await runner.run({ object: pod(own), settings })).toEqual(accepted);
  });

  it.each(workloadKinds)(
    "policies-and-sdk 18, 26: sets what is missing in a %s and nothing else",
    async (kind) => {
      const settings = { run_as_user: must, run_as_group: must, supplemental_groups: must };
      const ids = { runAsUser: 1000, runAsGroup: 1000 };
      const rest = { ephemeralContainers: [context(null)], futureField: { a: [1] } };
      const object = workload(kind, {
        ...rest,
        initContainers: [context({ readOnlyRootFilesystem: true })],
        containers: [context(ids), context(null)],
      });
      expect(await runner.run({ object, settings })).toEqual({
        accepted: true,
        mutatedObject: workload(kind, {
          ...rest,
          initContainers: [context({ readOnlyRootFilesystem: true, ...ids })],
          containers: [context(ids), context(ids)],
          securityContext: { ...ids, supplementalGroups: [1000] },
        }),
      });
      expect(await runner.run({ object: workload(kind), settings })).toEqual(accepted);
    },
  );

  it("policies-and-sdk 6: an object that has it all is accepted unchanged", async () => {
    const securityContext = { runAsNonRoot: true };
    const object = pod({ containers: [context(securityContext)], securityContext });
    expect(await runner.run({ object, settings: { run_as_user: nonRoot } })).toEqual(accepted);
  });

  it.each<[object, PodSpec, object]>([
    [{ run_as_user: must }, { containers: [context({ runAsUser: 5 })] }, accepted],
    [{ run_as_user: must }, { containers: [context(null)] }, rejected("Missing user ID")],
    [{ run_as_user: must }, { containers: [context({ runAsUser: 4 })] }, userOutside],
    [{ run_as_user: must }, { containers: [context(null)], securityContext: { runAsUser: 5 } }, accepted],
    [{ run_as_user: must }, { containers: [context(null)], securityContext: { runAsUser: 4 } }, userOutside],
    [{ run_as_user: nonRoot }, { containers: [context({ runAsUser: 9 })] }, mustBeTrue],
    [{ run_as_user: nonRoot }, { containers: [context({ runAsNonRoot: true })] }, accepted],
    [
      { run_as_user: nonRoot },
      { initContainers: [context(null)], securityContext: { runAsNonRoot: true } },
      accepted,
    ],
    [{ run_as_group: must }, { initContainers: [context({})] }, rejected("Missing group ID")],
    [{ run_as_group: must }, { containers: [context({ runAsGroup: 5 })] }, accepted],
    [{ run_as_group: may, supplemental_groups: may }, { containers: [context({})] }, accepted],
    [{ supplemental_groups: must }, { containers: [] }, rejected("Missing supplemental group ID")],
    [
      { supplemental_groups: must },
      { containers: [], securityContext: { supplementalGroups: [5] } },
      accepted,
    ],
  ])("policies-and-sdk 26: validate_only and %j: %j", async (settings, spec, expected) => {
    const all = { ...settings, validate_only: true };
    expect(await runner.run({ object: pod(spec), settings: all })).toEqual(expected);
  });

  it.each<[string, KubernetesObject | null]>([
    ["another kind", { apiVersion: "v1", kind: "Service" }],
    ["policies-and-sdk 20: DELETE, which has no object", null],
    ["containers that are no list", { ...pod({}), spec: { containers: {} } }],
    ["a container that is null", { ...pod({}), spec: { initContainers: [null] } }],
    ["a user that is a text", { ...pod({}), spec: { containers: [context({ runAsUser: "0" })] } }],
    ["a fraction", { ...pod({}), spec: { containers: [context({ runAsGroup: 0.5 })] } }],
    ["runAsNonRoot that is a text", { ...pod({}), spec: { containers: [context({ runAsNonRoot: "no" })] } }],
    ["groups that are texts", { ...pod({}), spec: { securityContext: { supplementalGroups: ["0"] } } }],
    ["an image that is a number", { ...pod({}), spec: { containers: [{ image: 1 }] } }],
  ])("cannot read %s", async (_row, object) => {
    expect(await runner.run({ object, oldObject: pod({}) })).toEqual(unreadable);
  });

  it("policies-and-sdk 21: an UPDATE that only removes a finalizer is rejected as a CREATE is", async () => {
    const object = pod({ containers: [context({ runAsUser: 4 })] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    expect(await runner.run({ object, oldObject, settings: { run_as_user: must } })).toEqual(userOutside);
  });

  it.each([
    [null, undefined],
    [{ run_as_user: must, run_as_group: may, supplemental_groups: overwrite, other: 1 }, undefined],
    [{ run_as_user: { rule: "RunAsAny", overwrite: true } }, "Cannot set overwrite field with RunAsAny"],
    [{ run_as_user: { ...nonRoot, overwrite: true } }, "Cannot set overwrite field with MustRunAsNonRoot"],
    [{ run_as_group: { ...may, overwrite: true } }, "Cannot set overwrite field with MayRunAs"],
    [
      { supplemental_groups: { rule: "RunAsAny", overwrite: true } },
      "Cannot set overwrite field with RunAsAny",
    ],
    [{ run_as_user: { rule: "MustRunAs" } }, "Invalid run_as_user settings: Missing user ID range"],
    [{ run_as_user: may }, "Invalid run_as_user settings: invalid rule."],
    [{ run_as_group: { rule: "MayRunAs" } }, "Invalid run_as_group settings: missing ID range"],
    [{ run_as_group: nonRoot }, "Invalid run_as_group settings: Invalid rule."],
    [
      { supplemental_groups: { rule: "MustRunAs", ranges: [] } },
      "Invalid supplemental_groups settings: missing ID range",
    ],
    [{ supplemental_groups: nonRoot }, "Invalid supplemental_groups settings: Invalid rule."],
    [
      { run_as_user: { rule: "MustRunAs", ranges: [{ min: 5, max: 1 }, { max: 1 }, { min: 9 }] } },
      "Invalid run_as_user settings: Invalid ID range: [IDRange { min: 5, max: 1 }, IDRange { min: 9, max: 0 }]",
    ],
    [
      { run_as_group: { rule: "MayRunAs", ranges: [{ min: 2, max: 1 }] } },
      "Invalid run_as_group settings: Invalid ID range: [IDRange { min: 2, max: 1 }]",
    ],
    [{ validate_only: true, run_as_group: overwrite }, "validate_only cannot be true when overwrite is true"],
    [{ run_as_user: "RunAsAny" }, "run_as_user: expected object, got string"],
    [{ validate_only: "x" }, "validate_only: expected boolean, got string"],
  ])("policies-and-sdk 9, 26: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it("passes over no ID that is outside the ranges", () => {
  const object = pod({ containers: [], initContainers: [context({ runAsUser: 0, runAsGroup: 0 })] });
  const path = ["spec", "initContainers", 0, "securityContext"];
  const violations = [{ path: [...path, "runAsUser"], isHarmless: () => false }];
  expectNothingPassedOver(policy, { object, settings: { run_as_user: must }, violations });
  const groups = [{ path: [...path, "runAsGroup"], isHarmless: () => false }];
  expectNothingPassedOver(policy, { object, settings: { run_as_group: may }, violations: groups });
});
