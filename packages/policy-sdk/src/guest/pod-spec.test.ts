import { describe, expect, it } from "vitest";
import { admissionRequest } from "../testing/admission-request.ts";
import { containersOf } from "./containers.ts";
import { isKind } from "./kinds.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { podSpecOf, requirePodSpec, UnreadableObjectError } from "./pod-spec.ts";

const spec = {
  containers: [{ name: "c" }],
  initContainers: [{ name: "i" }],
  ephemeralContainers: [{ name: "e" }],
};
const templated = ["Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "ReplicationController", "Job"];
const objects: [string, KubernetesObject][] = [
  ["Pod", { kind: "Pod", spec }],
  ...templated.map((kind): [string, KubernetesObject] => [kind, { kind, spec: { template: { spec } } }]),
  ["CronJob", { kind: "CronJob", spec: { jobTemplate: { spec: { template: { spec } } } } }],
];
const kinds = "Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod";

describe("podSpecOf", () => {
  it.each(objects)("policies-and-sdk 18: finds that of a %s, by object and by request", (_kind, object) => {
    expect(podSpecOf(object)).toBe(spec);
    expect(requirePodSpec(object)).toBe(spec);
    expect(podSpecOf(admissionRequest({ object }))).toBe(spec);
  });

  it.each<[string, KubernetesObject]>([
    ["no spec", { kind: "Pod" }],
    ["a spec that is null", { kind: "Pod", spec: null }],
    ["no template", { kind: "Deployment", spec: {} }],
    ["a template without spec", { kind: "Job", spec: { template: {} } }],
    ["no job template", { kind: "CronJob", spec: {} }],
    ["a job template that is null", { kind: "CronJob", spec: { jobTemplate: null } }],
  ])("policies-and-sdk 18: %s is no pod spec, and no error", (_row, object) => {
    expect(podSpecOf(object)).toBeUndefined();
    expect(requirePodSpec(object)).toBeUndefined();
    expect(containersOf(object)).toEqual([]);
  });

  it.each<[string, KubernetesObject | null]>([
    ["another kind", { kind: "Service", spec: {} }],
    ["a kind in lower case", { kind: "pod", spec }],
    ["no kind", { spec }],
    ["no object", null],
  ])(
    "policies-and-sdk 18: %s is nothing to look into, and an error where a pod spec is required",
    (_row, object) => {
      expect(podSpecOf(object)).toBeUndefined();
      expect(() => requirePodSpec(object)).toThrow(
        new UnreadableObjectError(`Object should be one of these kinds: ${kinds}`),
      );
    },
  );

  it("policies-and-sdk 20: a request without object has none, and cannot be read where one is required", () => {
    const request = admissionRequest({ object: null, oldObject: { kind: "Pod", spec } });
    expect(podSpecOf(request)).toBeUndefined();
    expect(() => requirePodSpec(request)).toThrow(new UnreadableObjectError("the request has no object"));
  });

  it.each([
    ["spec", { kind: "Pod", spec: "x" }],
    ["spec.template", { kind: "Job", spec: { template: [] } }],
    ["spec.jobTemplate.spec", { kind: "CronJob", spec: { jobTemplate: { spec: 1 } } }],
  ])("names %s when that is no object", (path, object) => {
    expect(() => podSpecOf(object)).toThrow(new UnreadableObjectError(`${path}: expected an object`));
  });
});

describe("containersOf", () => {
  const pod = { kind: "Pod", spec };

  it.each([
    [{}, ["container c", "init i", "ephemeral e"]],
    [{ init: false }, ["container c", "ephemeral e"]],
    [{ ephemeral: false }, ["container c", "init i"]],
    [{ init: false, ephemeral: false }, ["container c"]],
  ])("lists with %j", (choice, expected) => {
    expect(containersOf(pod, choice).map(({ kind, name }) => `${kind} ${name}`)).toEqual(expected);
  });

  it("gives references, and leaves no trace of the kind in the object", () => {
    const object = structuredClone(pod);
    for (const container of containersOf(object)) container.image = "x";
    expect(containersOf(object)).toHaveLength(3);
    expect(JSON.stringify(object.spec.containers)).toBe('[{"name":"c","image":"x"}]');
  });

  it.each([
    ["containers: expected a list", { containers: {} }],
    ["initContainers[1]: expected an object", { initContainers: [{}, null] }],
    ["a container has no field `kind`", { ephemeralContainers: [{ kind: "container" }] }],
  ])("throws: %s", (message, broken) => {
    const object = { kind: "Pod", spec: JSON.parse(JSON.stringify(broken)) };
    expect(() => containersOf(object)).toThrow(new UnreadableObjectError(message));
  });
});

it("isKind narrows by what the object says", () => {
  const object: KubernetesObject = { kind: "Deployment", spec: { template: { spec } } };
  expect(isKind(object, "Deployment") && object.spec?.template?.spec).toBe(spec);
  expect(isKind(object, "Pod")).toBe(false);
  expect(isKind(undefined, "Pod")).toBe(false);
});
