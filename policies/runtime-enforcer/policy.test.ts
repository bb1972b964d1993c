import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { admissionRequest, fakeHost, run } from "@kubewarden-ts/policy-sdk/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const label = "security.rancher.io/policy";
const absent =
  "Cannot find security.rancher.io/v1alpha1/WorkloadPolicy named 'guard' inside of namespace 'team-a'";
const failing = (text: string) =>
  fakeHost({
    "kubernetes/get_resource": () => {
      throw new Error(text);
    },
  });
const present = () => fakeHost({ "kubernetes/get_resource": () => ({ metadata: { name: "guard" } }) });
const spec = { containers: [{ name: "app" }] };
const metadata = { labels: { [label]: "guard" } };
const kinds = workloadKinds.filter((kind) => kind !== "ReplicationController");

/** A workload whose pods have the label. */
function labelled(kind: (typeof workloadKinds)[number]): KubernetesObject {
  const plain = workload(kind, spec);
  if (kind === "Pod") return { ...plain, metadata: { ...plain.metadata, ...metadata } };
  const template = `"template":{"metadata":${JSON.stringify(metadata)},`;
  return JSON.parse(JSON.stringify(plain).replace('"template":{', template));
}
const labels = (value: unknown) => JSON.parse(JSON.stringify({ name: "web", labels: value }));

describe.each(bothWays("runtime-enforcer", policy))("runtime-enforcer %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each(kinds)("policies-and-sdk 18, 42: the WorkloadPolicy of a %s is present", async (kind) => {
    const host = present();
    expect(await runner.run({ object: labelled(kind), host })).toEqual({ accepted: true });
    const payload = {
      ...{ api_version: "security.rancher.io/v1alpha1", kind: "WorkloadPolicy" },
      ...{ name: "guard", namespace: "team-a", disable_cache: false },
    };
    expect(host.calls).toEqual([{ capability: "kubernetes/get_resource", payload }]);
  });

  it.each(kinds)("policies-and-sdk 18, 42: the WorkloadPolicy of a %s is absent", async (kind) => {
    expect(await runner.run({ object: labelled(kind), host: failing(absent) })).toEqual({
      accepted: false,
      code: 403,
      message: `The WorkloadPolicy 'team-a/guard' specified in the ${kind} 'team-a/web' is not found`,
    });
  });

  it.each(["access denied", "Cannot find resource security.rancher.io/v1alpha1/WorkloadPolicy"])(
    "policies-and-sdk 42: the cluster says %s",
    async (text) => {
      const what = "the WorkloadPolicy 'team-a/guard' specified in the Pod 'team-a/web'";
      expect(await runner.run({ object: labelled("Pod"), host: failing(text) })).toEqual({
        accepted: false,
        code: 500,
        message: `Failed to read ${what}: Host error: ${text}`,
      });
    },
  );

  it("calls a pod without name by its generateName", async () => {
    const object = {
      ...labelled("Pod"),
      metadata: { generateName: "web-", namespace: "team-a", ...metadata },
    };
    const outcome = await runner.run({ object, host: failing(absent) });
    expect(outcome.message).toBe(
      "The WorkloadPolicy 'team-a/guard' specified in the Pod 'team-a/web-' is not found",
    );
  });

  it.each<[string, KubernetesObject]>([
    ["a pod without labels", pod(spec)],
    ["a pod with other labels", { ...pod(spec), metadata: labels({ app: "web" }) }],
    ["a pod whose label is null", { ...pod(spec), metadata: labels({ [label]: null }) }],
    ["a label of the workload itself", { ...workload("Job", spec), metadata: labels({ [label]: "guard" }) }],
    ["a pod without metadata", { apiVersion: "v1", kind: "Pod", spec }],
    ...kinds.map((kind): [string, KubernetesObject] => [`a ${kind} without spec`, workload(kind)]),
  ])("accepts %s, without asking", async (_row, object) => {
    expect(await runner.run({ object })).toEqual({ accepted: true });
  });

  it("policies-and-sdk 21: judges an UPDATE that only removes a finalizer", async () => {
    const object = labelled("Pod");
    const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
    const outcome = await runner.run({ object, oldObject, host: failing(absent) });
    expect(outcome).toMatchObject({ accepted: false, code: 403 });
  });

  it.each<[string, object, string]>([
    ["a service", { object: { apiVersion: "v1", kind: "Service" } }, "non-supported type received: Service"],
    [
      "a replication controller",
      { object: labelled("ReplicationController") },
      "non-supported type received: ReplicationController",
    ],
    ["policies-and-sdk 20: a DELETE", { object: null, oldObject: pod(spec) }, "the request has no object"],
    [
      "labels that are a list",
      { object: { ...pod(spec), metadata: labels([label]) } },
      "metadata.labels: expected object, got array",
    ],
    [
      "a label that is a number",
      { object: { ...pod(spec), metadata: labels({ [label]: 1 }) } },
      `metadata.labels.${label}: expected string, got number`,
    ],
    [
      "containers that are a text",
      { object: { ...labelled("Pod"), spec: { containers: "x" } } },
      "containers: expected a list",
    ],
    [
      "a template that is a text",
      { object: { ...workload("Job"), spec: { template: "x" } } },
      "spec.template: expected an object",
    ],
  ])("rejects %s with 400", async (_row, options, message) => {
    expect(await runner.run(options)).toEqual({ accepted: false, code: 400, message });
  });

  it.each([{}, null, { x: 1 }])("policies-and-sdk 9: takes settings %j", async (settings) => {
    expect(await runner.validateSettings(settings)).toEqual({ valid: true });
  });
});

it("no pod is taken that names a policy which is absent", () => {
  const odd = fc.constantFrom<unknown>(null, "x", 1, true, [], {}, ["x"]);
  fc.assert(
    fc.property(odd, odd, odd, (own, name, podSpec) => {
      const object = { ...pod({}), metadata: { ...metadata, name, annotations: own }, spec: podSpec };
      const raw = { ...admissionRequest({ object: pod({}) }), object };
      const outcome = run(policy, { raw, host: failing(absent) });
      expect(outcome.accepted).toBe(false);
      expect(outcome.message).toMatch(/ is not found$|expected /);
    }),
  );
});
