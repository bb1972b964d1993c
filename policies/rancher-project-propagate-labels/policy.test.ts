import { admissionRequest, fakeHost, run } from "@kubewarden-ts/policy-sdk/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { pod } from "../workloads.ts";
import { policy } from "./policy.ts";

const upstreamText =
  "Namespace belongs to project defined inside of an upstream cluster. This is not supported yet, accepting the request";
const annotation = "field.cattle.io/projectId";
const namespace = (id: unknown, labels?: unknown) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: JSON.parse(JSON.stringify({ name: "shop", annotations: { [annotation]: id }, labels })),
  spec: { finalizers: ["kubernetes"], futureField: 1 },
});
const ofProject: unknown = { "propagate.cost": "42", "propagate.a/zone": "eu", other: "x" };
const cluster = (labels = ofProject) =>
  fakeHost({ "kubernetes/get_resource": () => ({ metadata: { labels } }) });
const copied = { cost: "42", "a/zone": "eu" };

describe.each(bothWays("rancher-project-propagate-labels", policy))(
  "rancher-project-propagate-labels %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each<[string, unknown, object]>([
      ["no labels", undefined, copied],
      ["labels that are null", null, copied],
      ["other labels", { keep: "me" }, { keep: "me", ...copied }],
      ["another value", { cost: "1", keep: "me" }, { cost: "42", keep: "me", "a/zone": "eu" }],
      ["a value of another type", { cost: 42 }, copied],
    ])(
      "policies-and-sdk 42: changes a namespace with %s, and nothing else",
      async (_row, labels, expected) => {
        const host = cluster();
        const outcome = await runner.run({ object: namespace("local:p-1", labels), host });
        expect(outcome).toEqual({ accepted: true, mutatedObject: namespace("local:p-1", expected) });
        const payload = {
          ...{ api_version: "management.cattle.io/v3", kind: "Project" },
          ...{ name: "p-1", namespace: "local", disable_cache: true },
        };
        expect(host.calls).toEqual([{ capability: "kubernetes/get_resource", payload }]);
      },
    );

    it.each<[string, unknown, unknown]>([
      ["that has the labels", { ...copied, keep: "me" }, ofProject],
      ["of a project without labels", {}, null],
      ["of a project with other labels", {}, { other: "x", propagate: "x" }],
      ["of a project with a label that is null", {}, { "propagate.x": null }],
    ])("leaves a namespace %s alone", async (_row, labels, project) => {
      const options = { object: namespace("local:p-1", labels), host: cluster(project) };
      expect(await runner.run(options)).toEqual({ accepted: true });
    });

    it("policies-and-sdk 21: changes an UPDATE that only removes a finalizer", async () => {
      const object = namespace("local:p-1");
      const oldObject = { ...object, metadata: { ...object.metadata, finalizers: ["a/b"] } };
      const outcome = await runner.run({ object, oldObject, host: cluster() });
      expect(outcome).toEqual({ accepted: true, mutatedObject: namespace("local:p-1", copied) });
    });

    it.each<[string, unknown, string | undefined]>([
      ["local:p-1", { downstream_cluster_failure_mode: "Fail" }, undefined],
      ["c-1:p-1", {}, upstreamText],
      ["c-1:p-1", { downstream_cluster_failure_mode: "Ignore" }, upstreamText],
    ])("accepts the project %s under settings %j", async (id, settings, logged) => {
      const host = cluster({});
      expect(await runner.run({ object: namespace(id), settings, host })).toEqual({ accepted: true });
      const expected = logged === undefined ? [] : [expect.objectContaining({ message: logged })];
      expect(host.logs).toEqual(expected);
    });

    it.each(["c-1:p-1", ":", "LOCAL:p"])("rejects the project %s when told so", async (id) => {
      const settings = { downstream_cluster_failure_mode: "Fail" };
      const outcome = await runner.run({ object: namespace(id), settings });
      expect(outcome).toEqual({ accepted: false, message: upstreamText });
    });

    it("accepts a namespace without project, without asking", async () => {
      const object = { apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } };
      expect(await runner.run({ object })).toEqual({ accepted: true });
    });

    it.each<[string, object, string]>([
      [
        "a project without cluster",
        { object: namespace("p-1") },
        "malformed value of field.cattle.io/projectId annotation",
      ],
      [
        "a project of three parts",
        { object: namespace("a:b:c") },
        "malformed value of field.cattle.io/projectId annotation",
      ],
      [
        "an empty project",
        { object: namespace("") },
        "malformed value of field.cattle.io/projectId annotation",
      ],
      [
        "a project that is a number",
        { object: namespace(1) },
        `metadata.annotations.${annotation}: expected string, got number`,
      ],
      [
        "labels that are a list",
        { object: namespace("local:p", ["x"]) },
        "metadata.labels: expected object, got array",
      ],
      [
        "metadata that is a text",
        { object: { ...namespace("x"), metadata: "x" } },
        "metadata: expected object, got string",
      ],
      [
        "a project whose label is a number",
        { object: namespace("local:p"), host: cluster({ "propagate.x": 1 }) },
        "metadata.labels.propagate.x: expected string, got number",
      ],
      ["another kind", { object: pod({}) }, "expected a Namespace, got Pod"],
      [
        "policies-and-sdk 20: a DELETE",
        { object: null, oldObject: namespace("local:p") },
        "the request has no object",
      ],
    ])("fails on %s", async (_row, options, message) => {
      await expect(runner.run({ host: cluster(), ...options })).rejects.toThrow(message);
    });

    it.each([
      ["absent", "Cannot find management.cattle.io/v3/Project named 'p' inside of namespace 'local'"],
      ["denied", "access denied"],
    ])("policies-and-sdk 42: fails when the project is %s", async (_row, text) => {
      const host = fakeHost({
        "kubernetes/get_resource": () => {
          throw new Error(text);
        },
      });
      const message = `error invoking host capability kubernetes.get_resource: Host error: ${text}`;
      await expect(runner.run({ object: namespace("local:p"), host })).rejects.toThrow(message);
    });

    it.each<[unknown, string | undefined]>([
      [{ downstream_cluster_failure_mode: "Fail", x: 1 }, undefined],
      [{ downstream_cluster_failure_mode: null }, undefined],
      [null, undefined],
      [
        { downstream_cluster_failure_mode: "fail" },
        'downstream_cluster_failure_mode: expected ("Ignore" | "Fail"), got "fail"',
      ],
      [
        { downstream_cluster_failure_mode: 1 },
        'downstream_cluster_failure_mode: expected ("Ignore" | "Fail"), got 1',
      ],
    ])("policies-and-sdk 9: settings %j", async (given, message) => {
      const expected = message === undefined ? { valid: true } : { valid: false, message };
      expect(await runner.validateSettings(given)).toEqual(expected);
    });
  },
);

it("no namespace is taken without the labels of its project", () => {
  const odd = fc.constantFrom<unknown>(null, "x", 1, true, [], {}, ["x"]);
  const labels = fc.oneof(odd, fc.record({ cost: odd, "a/zone": odd }, { requiredKeys: [] }));
  fc.assert(
    fc.property(labels, odd, (own, spec) => {
      const object = { ...namespace("local:p", own), spec };
      try {
        const { mutatedObject } = run(policy, {
          raw: { ...admissionRequest({ object: namespace("local:p") }), object },
          host: cluster(),
        });
        expect(mutatedObject).toMatchObject({ metadata: { labels: copied }, spec });
      } catch (error) {
        expect(String(error)).toMatch(/^GuestError: metadata.labels: expected object, got /);
      }
    }),
  );
});
