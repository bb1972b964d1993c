import { describe, expect, it } from "vitest";
import { notedDeps, testPolicy } from "../fixtures/host.ts";
import { createCapabilityServer } from "./server.ts";

const pod = { apiVersion: "v1", kind: "Pod" };
const pods = { api_version: "v1", kind: "Pod" };
const wholeCluster = {
  namespace: undefined,
  labelSelector: undefined,
  fieldSelector: undefined,
  fieldMasks: [],
};
const policy = (overrides = {}) => testPolicy({ contextAwareResources: [pod] }, overrides);

describe("host calls", () => {
  it.each<[string, string, unknown, { name: string; with: unknown[] }, unknown]>([
    [
      "policy-runtime 41: addresses of a host",
      "net/v1/dns_lookup_host",
      "example.test",
      { name: "lookup", with: ["example.test"] },
      { ips: ["10.0.0.1", "::1"] },
    ],
    [
      "policy-runtime 39: the digest of an image",
      "oci/v1/manifest_digest",
      "busybox",
      { name: "digest", with: ["busybox"] },
      { digest: "sha256:aa" },
    ],
    ["a manifest", "oci/v1/oci_manifest", "busybox", { name: "manifest", with: ["busybox"] }, { size: 1 }],
    [
      "a manifest with its configuration",
      "oci/v1/oci_manifest_config",
      "busybox",
      { name: "manifestAndConfig", with: ["busybox"] },
      { config: {} },
    ],
    [
      "policy-runtime 35: a list of all namespaces",
      "kubernetes/list_resources_all",
      { ...pods, label_selector: "a=b", field_selector: null, field_masks: ["spec.x"] },
      { name: "list", with: [pod, { ...wholeCluster, labelSelector: "a=b", fieldMasks: ["spec.x"] }] },
      "list",
    ],
    [
      "policy-runtime 37: a list of one namespace, options left out",
      "kubernetes/list_resources_by_namespace",
      { ...pods, namespace: "n" },
      { name: "list", with: [pod, { ...wholeCluster, namespace: "n" }] },
      "list",
    ],
    [
      "an object",
      "kubernetes/get_resource",
      { ...pods, name: "p", namespace: "n", disable_cache: true, field_masks: null },
      { name: "get", with: [pod, { name: "p", namespace: "n", disableCache: true, fieldMasks: [] }] },
      "get",
    ],
    [
      "whether somebody may do something",
      "kubernetes/can_i",
      {
        subject_access_review: {
          user: "jane",
          groups: ["dev"],
          resource_attributes: { namespace: "n", verb: "create", group: "", resource: "pods" },
        },
        disable_cache: false,
      },
      {
        name: "canI",
        with: [
          {
            user: "jane",
            groups: ["dev"],
            resourceAttributes: { resource: "pods", verb: "create", group: "", namespace: "n" },
          },
          { disableCache: false },
        ],
      },
      "canI",
    ],
    [
      "policy-runtime 37: the same in the words of the Go SDK, without groups",
      "kubernetes/can_i",
      {
        subject_access_review: {
          user: "jane",
          groups: null,
          resourceAttributes: { resource: "pods", verb: "get", name: "", namespace: "", group: "" },
        },
        disable_cache: true,
      },
      {
        name: "canI",
        with: [
          {
            user: "jane",
            groups: [],
            resourceAttributes: { resource: "pods", verb: "get", name: "", namespace: "", group: "" },
          },
          { disableCache: true },
        ],
      },
      "canI",
    ],
  ])("%s", async (_what, path, payload, deed, answer) => {
    const { ask, deeds } = policy();
    expect(await ask(path, payload)).toEqual({ answer });
    expect(deeds).toEqual([deed]);
  });

  it.each<[string, unknown, unknown]>([
    [
      "policy-runtime 40: a certificate with a chain",
      {
        cert: { encoding: "Pem", data: [45, 45] },
        cert_chain: [{ encoding: "Der", data: [48] }],
        not_after: "2030-01-01T00:00:00Z",
      },
      {
        certificate: { encoding: "Pem", data: Uint8Array.of(45, 45) },
        chain: [{ encoding: "Der", data: Uint8Array.of(48) }],
        at: "2030-01-01T00:00:00Z",
      },
    ],
    [
      "policy-runtime 37: as the Go SDK writes what is not there",
      { cert: { encoding: "Der", data: [1] }, cert_chain: null, not_after: "" },
      { certificate: { encoding: "Der", data: Uint8Array.of(1) } },
    ],
    [
      "policy-runtime 37: as the JavaScript SDK leaves out the time",
      { cert: { encoding: "Der", data: [1] }, cert_chain: [] },
      { certificate: { encoding: "Der", data: Uint8Array.of(1) }, chain: [] },
    ],
  ])("%s", async (_what, payload, request) => {
    const { ask, deeds } = policy();
    const answer = { trusted: true, reason: "" };
    expect(await ask("crypto/v1/is_certificate_trusted", payload)).toEqual({ answer });
    expect(deeds).toEqual([{ name: "checkCertificate", with: [expect.objectContaining(request as object)] }]);
  });

  it("tells why a certificate is not trusted", async () => {
    const reason = "Certificate is being used after its expiration date";
    const { ask } = policy({ checkCertificate: () => ({ trusted: false, reason }) });
    const payload = { cert: { encoding: "Der", data: [] }, not_after: null };
    expect(await ask("crypto/v1/is_certificate_trusted", payload)).toEqual({
      answer: { trusted: false, reason },
    });
  });

  const access = { user: "u", groups: [], resource_attributes: { resource: "pods", verb: "get" } };
  const clusterQuestions: [string, unknown][] = [
    ["kubernetes/get_resource", { ...pods, name: "p", disable_cache: false }],
    ["kubernetes/list_resources_all", pods],
    ["kubernetes/list_resources_by_namespace", { ...pods, namespace: "n" }],
    ["kubernetes/can_i", { subject_access_review: access, disable_cache: false }],
  ];
  it.each(clusterQuestions)("policy-server 31: %s needs a cluster", async (path, payload) => {
    expect(await policy({ cluster: undefined }).ask(path, payload)).toEqual({
      error: "Callback evaluation failure: kube::Client was not initialized properly",
    });
  });

  it("policy-runtime 41: a look-up that fails is an error", async () => {
    const { ask } = policy({
      lookup: async (host: string) => Promise.reject(new Error(`getaddrinfo ENOTFOUND ${host}`)),
    });
    expect(await ask("net/v1/dns_lookup_host", "nowhere.test")).toEqual({
      error: "Callback evaluation failure: getaddrinfo ENOTFOUND nowhere.test",
    });
  });
});

describe("createCapabilityServer", () => {
  it("policy-runtime 41: a host without an address is an error", async () => {
    const serve = createCapabilityServer(notedDeps([], { lookup: async () => [] }));
    await expect(serve("net/v1/dns_lookup_host", "h")).rejects.toThrow('no address found for "h"');
  });

  it("hands the signal to the deed", async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const lookup = async (_host: string, given?: AbortSignal) => {
      seen.push(given);
      return [{ address: "::1" }];
    };
    const serve = createCapabilityServer(notedDeps([], { lookup }));
    await serve("net/v1/dns_lookup_host", "h", signal);
    expect(seen).toEqual([signal]);
  });

  it.each(["tracing/log", "x/y"])("does not serve %s", async (path) => {
    const serve = createCapabilityServer(notedDeps([]));
    await expect(serve(path, {})).rejects.toThrow(`unknown host capability: ${path}`);
  });
});
