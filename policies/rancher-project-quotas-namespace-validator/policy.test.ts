import type { KubernetesObject } from "@kubewarden-ts/policy-sdk";
import { admissionRequest, fakeHost, run } from "@kubewarden-ts/policy-sdk/testing";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { resources } from "./namespace-quota.ts";
import { policy } from "./policy.ts";

const namespace = (annotations: unknown) => ({
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: "shop", annotations: JSON.parse(JSON.stringify(annotations ?? null)) },
});
const wanting = (quota: unknown, projectId: unknown = "c-1:p-1") =>
  namespace({
    "field.cattle.io/projectId": projectId,
    "field.cattle.io/resourceQuota": typeof quota === "string" ? quota : JSON.stringify(quota),
  });
const cluster = (resourceQuota: unknown) =>
  fakeHost({ "kubernetes/get_resource": () => ({ spec: { resourceQuota } }) });
const left = { limit: { pods: "5", limitsMemory: "2Gi" }, usedLimit: { pods: "3", limitsMemory: "512Mi" } };
const exceeds = "Namespace requested limit exceeds the availability of the project resource: requested";
const noQuantity =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
const undecodable = "Cannot decode NamespaceResourceQuota object: ";

describe.each(bothWays("rancher-project-quotas-namespace-validator", policy))(
  "rancher-project-quotas-namespace-validator %s",
  (_way, makeRunner) => {
    let runner: Runner;
    beforeAll(async () => {
      runner = await makeRunner();
    });

    it.each<[string, unknown, unknown]>([
      ["as much as is left", { limit: { pods: "2", limitsMemory: "1536Mi" } }, left],
      ["more than a project without quota has", { limit: { pods: "9" } }, undefined],
      ["an empty amount", { limit: { pods: "", services: null } }, left],
      ["an amount of something else", { limit: { gpus: "9" } }, left],
    ])("accepts %s", async (_row, quota, ofProject) => {
      const outcome = await runner.run({ object: wanting(quota), host: cluster(ofProject) });
      expect(outcome).toEqual({ accepted: true });
    });

    it.each<[string, KubernetesObject]>([
      ["without annotations", namespace(undefined)],
      ["without project", namespace({ "field.cattle.io/resourceQuota": '{"limit":{"pods":"9"}}' })],
      ["with an empty project", wanting({ limit: { pods: "9" } }, "")],
      ["without quota", namespace({ "field.cattle.io/projectId": "c-1:p-1" })],
      ["with an empty quota", wanting("")],
      ["with a quota that is null", wanting("null")],
      ["with a quota without limits", wanting({ limit: null })],
    ])("accepts a namespace %s, without asking", async (_row, object) => {
      expect(await runner.run({ object })).toEqual({ accepted: true });
    });

    it.each(Object.entries(resources))("policies-and-sdk 42: too much of %s", async (resource, name) => {
      const host = cluster({ limit: { [resource]: "5" }, usedLimit: { [resource]: "3" } });
      const outcome = await runner.run({ object: wanting({ limit: { [resource]: "3" } }), host });
      expect(outcome).toEqual({ accepted: false, message: `${name} limit: ${exceeds} 3, available 2` });
      const payload = {
        ...{ api_version: "management.cattle.io/v3", kind: "Project" },
        ...{ name: "p-1", namespace: "c-1", disable_cache: true },
      };
      expect(host.calls).toEqual([{ capability: "kubernetes/get_resource", payload }]);
    });

    it.each<[string, unknown, unknown, string]>([
      [
        "several",
        { limit: { limitsMemory: "2Gi", pods: "3" } },
        left,
        `Pods limit: ${exceeds} 3, available 2; LimitsMemory limit: ${exceeds} 2Gi, available 1536Mi`,
      ],
      [
        "what the project does not limit",
        { limit: { secrets: "1" } },
        left,
        `Secrets limit: ${exceeds} 1, available 0`,
      ],
      ["anything of an empty quota", { limit: { pods: "1" } }, {}, `Pods limit: ${exceeds} 1, available 0`],
      [
        "something of a project that has too much",
        { limit: { pods: "1" } },
        { limit: { pods: "1" }, usedLimit: { pods: "3" } },
        `Pods limit: ${exceeds} 1, available -2`,
      ],
      ["an amount in other case", { LIMIT: { PODS: "3" } }, left, `Pods limit: ${exceeds} 3, available 2`],
      [
        "a bad amount",
        { limit: { pods: "x" } },
        left,
        `Pods limit: Cannot convert namespace limit to quantity: ${noQuantity}`,
      ],
      [
        "a bad amount of the project",
        { limit: { pods: "1" } },
        { limit: { pods: "x" } },
        `Pods limit: Cannot convert project limit to quantity: ${noQuantity}`,
      ],
      [
        "a bad amount of what is used",
        { limit: { pods: "1" } },
        { limit: { pods: "1" }, usedLimit: { pods: "x" } },
        `Pods limit: Cannot convert project used quota to quantity: ${noQuantity}`,
      ],
    ])("rejects %s", async (_row, quota, ofProject, message) => {
      const outcome = await runner.run({ object: wanting(quota), host: cluster(ofProject) });
      expect(outcome).toEqual({ accepted: false, message });
    });

    it.each<[string, KubernetesObject | null, string]>([
      ["a project without cluster", wanting({}, "p"), "cannot parse projectID annotation: wrong format"],
      ["a project of three parts", wanting({}, "a:b:c"), "cannot parse projectID annotation: wrong format"],
      ["an empty cluster", wanting({}, ":p"), "Project Namespace is empty"],
      ["an empty project", wanting({}, "c:"), "Project ID is empty"],
      ["a quota that is no JSON", wanting("{"), `${undecodable}not JSON`],
      ["a quota that is a list", wanting([]), `${undecodable}quota: expected object, got array`],
      [
        "limits that are a list",
        wanting({ limit: [] }),
        `${undecodable}quota.limit: expected object, got array`,
      ],
      [
        "an amount that is a number",
        wanting({ limit: { pods: 5 } }),
        `${undecodable}limit.pods: expected string, got number`,
      ],
      [
        "an amount given twice",
        wanting({ limit: { pods: "1", Pods: "9" } }),
        `${undecodable}limit.pods: given twice`,
      ],
      [
        "annotations that are a list",
        namespace(["x"]),
        "Cannot decode Namespace object: metadata.annotations: expected object, got array",
      ],
      [
        "a project that is a number",
        wanting({}, 1),
        "Cannot decode Namespace object: metadata.annotations.field.cattle.io/projectId: expected string, got number",
      ],
      ["policies-and-sdk 20: a DELETE", null, "Cannot decode Namespace object: the request has no object"],
    ])("rejects %s with 400, without asking", async (_row, object, message) => {
      expect(await runner.run({ object })).toEqual({ accepted: false, code: 400, message });
    });

    it.each<[string, string, number, string]>([
      [
        "absent",
        "Cannot find management.cattle.io/v3/Project named 'p-1' inside of namespace 'c-1'",
        404,
        "Project not found",
      ],
      ["denied", "access denied", 500, "Error retrieving the Project: Host error: access denied"],
    ])("policies-and-sdk 42: the project is %s", async (_row, text, code, message) => {
      const host = fakeHost({
        "kubernetes/get_resource": () => {
          throw new Error(text);
        },
      });
      const outcome = await runner.run({ object: wanting({ limit: { pods: "1" } }), host });
      expect(outcome).toEqual({ accepted: false, code, message });
    });

    it("rejects when the project cannot be read", async () => {
      const outcome = await runner.run({ object: wanting({ limit: { pods: "1" } }), host: cluster("x") });
      const message = "Error retrieving the Project: spec.resourceQuota: expected object, got string";
      expect(outcome).toEqual({ accepted: false, code: 500, message });
    });

    it.each([{}, null, { x: 1 }])("policies-and-sdk 9: takes settings %j", async (settings) => {
      expect(await runner.validateSettings(settings)).toEqual({ valid: true });
    });
  },
);

it("too much is never accepted, whatever stands beside it", () => {
  const odd = fc.constantFrom<unknown>(null, "x", 1, true, [], {}, ["x"], undefined);
  fc.assert(
    fc.property(odd, odd, odd, odd, (beside, limit, used, usedPods) => {
      const quota = { limit: { services: beside, pods: "3" }, other: beside };
      const host = cluster({ limit, usedLimit: fc.stringify(used) === "{}" ? { pods: usedPods } : used });
      const request = { ...admissionRequest({ object: wanting(quota) }), name: "shop" };
      const outcome = run(policy, { raw: request, host });
      expect(outcome.accepted).toBe(false);
      expect(outcome.message).toMatch(/Pods limit: |expected \w+, got \w+$/);
    }),
  );
});
