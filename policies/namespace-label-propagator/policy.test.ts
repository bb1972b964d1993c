import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { admissionRequest, fakeHost, run } from "@kubewarden-ts/policy-sdk/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod, workload, workloadKinds } from "../workloads.ts";
import { policy } from "./policy.ts";

const settings = { propagatedLabels: ["cost", "zone", "absent"] };
const namespace = { metadata: { name: "team-a", labels: { cost: "42", zone: "eu", other: "x" } } };
const cluster = (answer: unknown = namespace) => fakeHost({ "kubernetes/get_resource": () => answer });
const copied = { cost: "42", zone: "eu" };
const spec = { containers: [{ name: "app" }], futureField: 1 };
const labelled = (labels: unknown) => {
  const object = pod(spec);
  return { ...object, metadata: JSON.parse(JSON.stringify({ ...object.metadata, labels })) };
};
const kinds = "Deployment, ReplicaSet, StatefulSet, DaemonSet, ReplicationController, Job, CronJob, Pod";

describe.each(bothWays("namespace-label-propagator", policy))(
  "namespace-label-propagator %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each<[string, unknown, object]>([
      ["no labels", undefined, copied],
      ["labels that are null", null, copied],
      ["other labels", { keep: "me" }, { keep: "me", ...copied }],
      ["another value", { cost: "1", keep: "me" }, { cost: "42", keep: "me", zone: "eu" }],
      ["a value of another type", { cost: 42 }, copied],
    ])("a pod with %s, and nothing else", async (_row, labels, expected) => {
      const host = cluster();
      const outcome = await runner.run({ object: labelled(labels), settings, host });
      expect(outcome).toEqual({ accepted: true, mutatedObject: labelled(expected) });
      const payload = { api_version: "v1", kind: "Namespace", name: "team-a", disable_cache: false };
      expect(host.calls).toEqual([{ capability: "kubernetes/get_resource", payload }]);
    });

    it.each<[string, KubernetesObject, unknown]>([
      ["a pod that has the labels", labelled({ ...copied, keep: "me" }), namespace],
      ["what a namespace without labels holds", labelled({}), { metadata: { name: "team-a" } }],
      ["what a namespace with other labels holds", labelled({}), { metadata: { labels: { other: "x" } } }],
    ])("leaves %s alone", async (_row, object, answer) => {
      expect(await runner.run({ object, settings, host: cluster(answer) })).toEqual({ accepted: true });
    });

    it.each(workloadKinds.filter((kind) => kind !== "Pod"))(
      "policies-and-sdk 18: a %s and its template",
      async (kind) => {
        const plain = JSON.stringify(workload(kind, spec));
        const metadata = { name: "web", namespace: "team-a", labels: copied };
        const changed = JSON.parse(
          plain.replace('"template":{', `"template":{"metadata":${JSON.stringify({ labels: copied })},`),
        );
        const outcome = await runner.run({ object: JSON.parse(plain), settings, host: cluster() });
        expect(outcome).toEqual({ accepted: true, mutatedObject: { ...changed, metadata } });
        const bare = await runner.run({ object: workload(kind), settings, host: cluster() });
        expect(bare).toEqual({ accepted: true, mutatedObject: { ...workload(kind), metadata } });
      },
    );

    it("gives an object without metadata some", async () => {
      const { metadata: _, ...object } = pod(spec);
      const outcome = await runner.run({ object, namespace: "team-a", settings, host: cluster() });
      expect(outcome).toEqual({ accepted: true, mutatedObject: { ...object, metadata: { labels: copied } } });
    });

    it("policies-and-sdk 21: changes an UPDATE that only removes a finalizer", async () => {
      const object = labelled({});
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      const outcome = await runner.run({ object, oldObject, settings, host: cluster() });
      expect(outcome).toEqual({ accepted: true, mutatedObject: labelled(copied) });
    });

    it("rejects a request without namespace, without asking", async () => {
      const object = { ...pod(spec), metadata: { name: "web" } };
      expect(await runner.run({ object, settings })).toEqual({
        accepted: false,
        code: 400,
        message: "admission request is missing namespace",
      });
    });

    it("policies-and-sdk 7: says what the host says", async () => {
      expect(await runner.run({ object: pod(spec), settings })).toEqual({
        accepted: false,
        code: 400,
        message: "cannot get namespace data: Host error: fakeHost has no answer for kubernetes/get_resource",
      });
    });

    it.each<[string, object, string]>([
      [
        "another kind",
        { object: { apiVersion: "v1", kind: "ConfigMap", metadata: { namespace: "team-a" } } },
        `object should be one of these kinds: ${kinds}. Found ConfigMap`,
      ],
      ["policies-and-sdk 20: a DELETE", { object: null, oldObject: pod(spec) }, "the request has no object"],
      [
        "labels that are a list",
        { object: labelled(["cost"]) },
        "metadata.labels: expected object, got array",
      ],
      [
        "metadata that is a text",
        { object: { ...pod(spec), metadata: "x" }, namespace: "team-a" },
        "metadata: expected object, got string",
      ],
      [
        "a template that is a text",
        { object: { ...workload("Job", spec), spec: { template: "x" } } },
        "spec.template: expected an object",
      ],
    ])("fails on %s", async (_row, options, message) => {
      await expect(runner.run({ ...options, settings, host: cluster() })).rejects.toThrow(message);
    });

    it.each<[unknown, string | undefined]>([
      [{ propagatedLabels: ["a"], x: 1 }, undefined],
      [null, "Provided settings are not valid: some label must be provided"],
      [{ propagatedLabels: null }, "Provided settings are not valid: some label must be provided"],
      [{ propagatedLabels: [] }, "Provided settings are not valid: some label must be provided"],
      [{ propagatedLabels: ["a", ""] }, "Provided settings are not valid: empty labels are not allowed"],
      [{ propagatedLabels: "x" }, "propagatedLabels: expected array, got string"],
      [{ propagatedLabels: [1] }, "propagatedLabels.0: expected string, got number"],
    ])("policies-and-sdk 9: settings %j", async (given, message) => {
      const expected = message === undefined ? { valid: true } : { valid: false, message };
      expect(await runner.validateSettings(given)).toEqual(expected);
    });
  },
);

it("no object is taken without the labels", () => {
  const odd = fc.constantFrom(null, "x", 1, true, [], {}, ["x"]);
  const labels = fc.oneof(odd, fc.record({ cost: odd, zone: odd }, { requiredKeys: [] }));
  const metadata = fc.oneof(odd, fc.record({ labels }));
  fc.assert(
    fc.property(metadata, metadata, (own, ofTemplate) => {
      const template = { metadata: ofTemplate, spec };
      const raw = {
        ...admissionRequest({ object: workload("Job", spec) }),
        object: { kind: "Job", metadata: own, spec: { template } },
      };
      try {
        const { mutatedObject } = run(policy, { raw, settings, host: cluster() });
        const expected = { metadata: { labels: copied } };
        expect(mutatedObject ?? raw.object).toMatchObject({ ...expected, spec: { template: expected } });
      } catch (error) {
        expect(String(error)).toMatch(/^GuestError: [a-z.]+: expected object, got /);
      }
    }),
  );
});
