import { describe, expect, it } from "vitest";
import { guest, start } from "../fixtures/evaluator.ts";
import { json, review } from "../fixtures/text-policies.ts";
import { ReadCollector } from "./worker/evaluation-reads.ts";

const dns = { ...guest("look-up-host"), hostCapabilities: ["*"] };
const look = { capability: "net/v1/dns_lookup_host" };

describe("a batch of audits", () => {
  it("has the own verdict of each policy, its revision and what it read, in the order asked", async () => {
    const group = { policies: { a: dns, b: dns }, expression: "!a() && b()", message: "no" };
    await using evaluator = await start({
      dns,
      group,
      plain: { ...guest("reject-silently"), policyMode: "monitor" },
    });
    const results = await evaluator.auditBatch(["plain", "dns", "group", "none"], review());
    const revisions = new Map(evaluator.status().map(({ id, revision }) => [id, revision]));
    expect(results.map(({ policyId, revision }) => [policyId, revision])).toEqual([
      ["plain", revisions.get("plain")],
      ["dns", revisions.get("dns")],
      ["group", revisions.get("group")],
      ["none", undefined],
    ]);
    expect(results.map(({ evaluation }) => evaluation)).toMatchObject([
      { kind: "response", response: { allowed: false }, reads: [] },
      { kind: "response", reads: [look] },
      { kind: "response", reads: [look] },
      { kind: "unknown-policy" },
    ]);
  });

  it("names cluster data that a Rego policy is given", async () => {
    const resources = [{ apiVersion: "v1", kind: "Namespace" }];
    const rego = {
      module: "text:rego/accept",
      contextAwareResources: resources,
      hostCapabilities: ["kubernetes/*"],
    };
    const answers = { list: { items: [] }, plural: "namespaces" };
    await using evaluator = await start(
      { rego },
      { serveCapability: async (path) => (path.includes("plural") ? answers.plural : answers.list) },
    );
    for (const _ of ["first", "again"]) {
      const [result] = await evaluator.auditBatch(["rego"], review());
      expect(result?.evaluation).toMatchObject({
        reads: [{ capability: "kubernetes/list_resources_all", apiVersion: "v1", kind: "Namespace" }],
      });
    }
  });

  it("notes nothing for a request that is no batch", async () => {
    await using evaluator = await start({ dns });
    expect(await evaluator.admission("audit", "dns", review())).not.toHaveProperty("reads", [look]);
  });

  it("is malformed for every policy when the request is", async () => {
    await using evaluator = await start({ dns });
    const results = await evaluator.auditBatch(["dns", "none"], json({}));
    expect(results.map(({ evaluation }) => evaluation.kind)).toEqual(["malformed", "malformed"]);
  });
});

describe("ReadCollector", () => {
  const note = (capability: string, input: unknown) => {
    const collector = new ReadCollector();
    collector.note({ capability, input });
    collector.note({ capability, input });
    return collector.reads();
  };
  const resource = { api_version: "v1", kind: "Pod" };

  it.each([
    [
      "kubernetes/get_resource",
      { ...resource, name: "p", namespace: "n", disable_cache: true, field_masks: ["spec"] },
      { apiVersion: "v1", kind: "Pod", namespace: "n", name: "p" },
    ],
    [
      "kubernetes/list_resources_by_namespace",
      { ...resource, namespace: "n", label_selector: "a=b", field_selector: null },
      { apiVersion: "v1", kind: "Pod", namespace: "n", labelSelector: "a=b" },
    ],
    ["kubernetes/can_i", { subject_access_review: { user: "u" } }, {}],
    ["oci/v1/manifest_digest", "image", {}],
    ["net/v1/dns_lookup_host", null, {}],
  ])("%s", (capability, input, fields) => {
    expect(note(capability, input)).toEqual([{ capability, ...fields }]);
  });
});
