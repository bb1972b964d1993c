import { type Container, type KubernetesObject, type PodSpec, reject } from "@kubewarden-ts/policy-sdk";
import { beforeAll, describe, expect, it } from "vitest";
import { expectNothingPassedOver } from "../../tests/support/spoiled-objects.ts";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const context = (type?: string, localhostProfile?: string) => ({
  securityContext: {
    runAsUser: 1,
    seccompProfile: { ...(type && { type }), ...(localhostProfile !== undefined && { localhostProfile }) },
  },
});
const container = (type?: string, profile?: string): Container => ({ name: "c", ...context(type, profile) });
const podAnnotation = "seccomp.security.alpha.kubernetes.io/pod";
const containerAnnotation = "container.seccomp.security.alpha.kubernetes.io/c";
const annotated = (annotations: Record<string, string>): KubernetesObject => {
  const object = pod({ containers: [] });
  return { ...object, metadata: { ...object.metadata, annotations } };
};
const runtime = { profile_types: ["RuntimeDefault"] };
const local = { profile_types: ["Localhost"], localhost_profiles: ["a", "b"] };
const types = "Invalid container seccomp profile types:";
const file = "Invalid container seccomp profile:";
const unset = "The container localhost seccomp profile must be set.";

describe.each(bothWays("seccomp-psp", policy))("seccomp-psp %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  async function expectViolation(object: KubernetesObject, settings: unknown, violations?: string) {
    const outcome = await runner.run({ object, settings });
    const rejected = { accepted: false, message: `Resource violations: ${violations}` };
    expect(outcome).toEqual(violations === undefined ? { accepted: true } : rejected);
  }

  it.each<[object, PodSpec, string | undefined]>([
    [{}, {}, undefined],
    [runtime, context("RuntimeDefault"), undefined],
    [{ allowed_profiles: ["runtime/default"] }, context("RuntimeDefault"), undefined],
    [{ allowed_profiles: ["docker/default"] }, context("RuntimeDefault"), undefined],
    [{ allowed_profiles: ["unconfined"] }, context("Unconfined"), undefined],
    [{ allowed_profiles: ["localhost/a/b"] }, context("Localhost", "a/b"), undefined],
    [{ ...runtime, allowed_profiles: ["unconfined"] }, context("Unconfined"), undefined],
    [local, context("Localhost", "a"), undefined],
    [{}, context("RuntimeDefault"), "Invalid podspec seccomp profile types: RuntimeDefault"],
    [{ allowed_profiles: ["*"] }, context("Unconfined"), "Invalid podspec seccomp profile types: Unconfined"],
    [runtime, context(), "Invalid podspec seccomp profile types: "],
    [runtime, context("Localhost", "a"), "Invalid podspec seccomp profile types: Localhost"],
    [local, context("Localhost", "c"), "Invalid podspec seccomp profile: c"],
    [local, context("Localhost"), "The podspec localhost seccomp profile must be set."],
  ])("policies-and-sdk 34: %j with the pod's %j", async (settings, spec, violations) => {
    await expectViolation(pod({ containers: [], ...spec }), settings, violations);
  });

  describe.each(["containers", "initContainers", "ephemeralContainers"])("in %s", (list) => {
    it.each<[object, Container[], string | undefined]>([
      [runtime, [container("RuntimeDefault"), { name: "none" }], undefined],
      [local, [container("Localhost", "b")], undefined],
      [{}, [container("Unconfined"), container("Weird")], `${types} Unconfined,Weird`],
      [local, [container("Localhost", "c"), container("Localhost", "d")], `${file} c,d`],
      [
        runtime,
        [container("Unconfined"), container("Localhost", "c")],
        `${types} Unconfined,Localhost; ${file} c`,
      ],
      [local, [container("Localhost")], unset],
      [{}, [container("Unconfined"), container("Localhost")], unset],
    ])("policies-and-sdk 19, 34: %j with %j", async (settings, found, violations) => {
      await expectViolation(pod({ [list]: found }), settings, violations);
    });
  });

  it.each<[object, Record<string, string>, string | undefined]>([
    [{ allowed_profiles: ["localhost/a"] }, { [podAnnotation]: "localhost/a" }, undefined],
    [{}, { "a/b": "unconfined" }, undefined],
    [runtime, { [podAnnotation]: "runtime/default" }, "Seccomp profiles 'runtime/default' are not allowed."],
    [{}, { [containerAnnotation]: "unconfined" }, "Seccomp profiles 'unconfined' are not allowed."],
    [
      {},
      { [podAnnotation]: "z", [`${containerAnnotation}2`]: "x", [containerAnnotation]: "y" },
      "Seccomp profiles 'y,x,z' are not allowed.",
    ],
  ])("policies-and-sdk 22, 34: %j with annotations %j", async (settings, annotations, violations) => {
    await expectViolation(annotated(annotations), settings, violations);
  });

  it("policies-and-sdk 34: names everything, joined", async () => {
    const object = {
      ...annotated({ [podAnnotation]: "u" }),
      spec: {
        ...context("Unconfined"),
        containers: [container("Unconfined")],
        initContainers: [container("Localhost")],
        ephemeralContainers: [container("Weird")],
      },
    };
    const texts = [
      "Seccomp profiles 'u' are not allowed.",
      "Invalid podspec seccomp profile types: Unconfined",
      `${types} Unconfined`,
      unset,
      `${types} Weird`,
    ];
    await expectViolation(object, {}, texts.join(". "));
  });

  it.each(workloadKinds)("policies-and-sdk 18: checks the pod of a %s, and no missing one", async (kind) => {
    const spec = { containers: [container("Unconfined")] };
    await expectViolation(workload(kind, spec), runtime, `${types} Unconfined`);
    await expectViolation(workload(kind, { containers: [container("RuntimeDefault")] }), runtime);
    await expectViolation(workload(kind), runtime);
  });

  it("policies-and-sdk 18: reads the annotations of the template", async () => {
    const template = { ...annotated({ [podAnnotation]: "u" }) };
    await expectViolation({ kind: "Job", spec: { template } }, {}, "Seccomp profiles 'u' are not allowed.");
  });

  it.each<[string, KubernetesObject | null, string]>([
    ["another kind", { kind: "Service" }, "Object should be one of these kinds: "],
    ["no object", null, "the request has no object"],
    [
      "containers that are no list",
      { ...pod({}), spec: { containers: {} } },
      "spec.containers: expected array, got object",
    ],
    [
      "a container that is null",
      { ...pod({}), spec: { initContainers: [null] } },
      "spec.initContainers[0]: expected object, got null",
    ],
    [
      "a type that is no text",
      { ...pod({}), spec: { securityContext: { seccompProfile: { type: 1 } } } },
      "spec.securityContext.seccompProfile.type: expected string, got number",
    ],
    [
      "an annotation that is no text",
      { ...pod({}), metadata: { annotations: JSON.parse(`{"${podAnnotation}": 1}`) } },
      `metadata.annotations.${podAnnotation}: expected string, got number`,
    ],
  ])("cannot read %s", async (_row, object, problem) => {
    const kind = object?.kind === "Service" ? {} : { kind: { group: "", version: "v1", kind: "Pod" } };
    const answer = runner.run({ object, operation: "CREATE", ...kind });
    await expect(answer).rejects.toThrow(`Error deserializing Pod specification: ${problem}`);
  });

  it("policies-and-sdk 20: DELETE, which has no object, is accepted", async () => {
    const outcome = await runner.run({ object: null, oldObject: pod(context("Unconfined")) });
    expect(outcome).toEqual({ accepted: true });
  });

  it("policies-and-sdk 19, 21: an UPDATE is checked as a CREATE is", async () => {
    const object = pod({ ephemeralContainers: [container("Unconfined")] });
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const outcome = await runner.run({ object, oldObject, subResource: "ephemeralcontainers" });
    expect(outcome).toEqual({ accepted: false, message: `Resource violations: ${types} Unconfined` });
  });

  it.each([
    [null, undefined],
    [{ zzz: 1, localhost_profiles: ["a"] }, undefined],
    [{ profile_types: ["RuntimeDefault", "weird"] }, "Invalid Seccomp profile type: weird"],
    [
      { profile_types: ["Localhost"], allowed_profiles: ["localhost/a"] },
      "Seccomp type 'Localhost' requires some 'localhost_profiles' value ",
    ],
    [{ allowed_profiles: "x" }, "allowed_profiles: expected array, got string"],
    [{ profile_types: null }, "profile_types: expected array, got null"],
  ])("policies-and-sdk 9, 34: settings %j", async (settings, message) => {
    const expected = message === undefined ? { valid: true } : { valid: false, message };
    expect(await runner.validateSettings(settings)).toEqual(expected);
  });
});

it("passes over no profile that is not allowed", () => {
  const rejecting: typeof policy = {
    ...policy,
    validate(request, settings) {
      try {
        return policy.validate(request, settings);
      } catch (error) {
        if (!String(error).startsWith("Error: Error deserializing Pod specification: ")) throw error;
        return reject("unreadable");
      }
    },
  };
  const object = pod({ initContainers: [container("Unconfined")] });
  const path = ["spec", "initContainers", 0, "securityContext", "seccompProfile"];
  const violations = [
    { path, isHarmless: () => false },
    { path: [...path, "type"], isHarmless: () => false },
  ];
  expectNothingPassedOver(rejecting, { object, settings: runtime, violations });
});
