import { describe, expect, it } from "vitest";
import { admissionRequest } from "../testing/admission-request.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import { podSpecIn, podTemplateIn, rejectUnreadable } from "./pod-part.ts";
import { UnreadableObjectError } from "./pod-spec.ts";
import { accept } from "./verdict.ts";

const template = { metadata: { name: "pod" }, spec: { hostPID: true } };
const pod = { kind: "Pod", ...template };
const job = { kind: "Job", metadata: { name: "job" }, spec: { template } };
const cronJob = { kind: "CronJob", spec: { jobTemplate: { spec: { template } } } };
const kindNamed = (kind: string) => ({ group: "", version: "v1", kind });

describe("podSpecIn and podTemplateIn", () => {
  it.each([
    ["a Pod", admissionRequest({ object: pod }), pod],
    ["a workload", admissionRequest({ object: job }), template],
    ["a CronJob", admissionRequest({ object: cronJob }), template],
    ["a Pod under another kind", admissionRequest({ object: pod, kind: kindNamed("pod") }), pod],
  ])("policies-and-sdk 18: find that of %s", (_row, request, expected) => {
    expect(podSpecIn(request)).toEqual({ path: "", fields: expected.spec });
    expect(podTemplateIn(request)).toEqual({ path: "", fields: expected });
  });

  it.each<[string, KubernetesObject | null]>([
    ["no object", null],
    ["another kind", { kind: "Service", spec: template.spec }],
    ["no template", { kind: "Job", spec: {} }],
  ])("policies-and-sdk 18, 20: find none in %s", (_row, object) => {
    const request = admissionRequest({ object, oldObject: pod });
    expect(podSpecIn(request)).toBeUndefined();
    expect(podTemplateIn(request)).toBeUndefined();
  });

  it("throw when there is something that cannot be read", () => {
    const request = admissionRequest({ object: job, kind: kindNamed("Pod") });
    const problem = new UnreadableObjectError("the request says Pod, its object Job");
    expect(() => podSpecIn(request)).toThrow(problem);
    expect(() => podTemplateIn(request)).toThrow(problem);
  });
});

describe("rejectUnreadable", () => {
  const failing = (error: Error) => () => {
    throw error;
  };

  it("rejects with 400 what cannot be read, and nothing else", () => {
    const unreadable = failing(new UnreadableObjectError("spec: expected object, got string"));
    expect(rejectUnreadable(unreadable)).toEqual({
      accepted: false,
      message: "spec: expected object, got string",
      code: 400,
    });
    expect(rejectUnreadable(accept)).toEqual({ accepted: true });
    expect(() => rejectUnreadable(failing(new Error("other")))).toThrow("other");
  });
});
