import { silentLogger } from "@kubewarden-ts/base";
import { createDispatcher, type HostCall, parseCapabilityPatterns } from "@kubewarden-ts/host-capabilities";
import { afterEach, describe, expect, it } from "vitest";
import { HostCallError } from "../host-call.ts";
import * as host from "./index.ts";

/** What the host that answers in `served` was asked for, after all its checks. */
interface Asked {
  readonly capability: string;
  readonly input: unknown;
}

const image = "ghcr.io/acme/app:v1";
const verified = { is_trusted: true, digest: "sha256:aa" };
const config = { mediaType: "c", digest: "sha256:cc", size: 1 };
const imageManifest = { schemaVersion: 2, mediaType: "m", config, layers: [] };
const imageIndex = {
  schemaVersion: 2,
  manifests: [{ ...config, platform: { os: "linux", architecture: "arm64" } }],
};
const cert = { encoding: "Der", data: new Uint8Array([48, 1]) } as const;
const pod = { resource: "pods", verb: "get" };

afterEach(() => {
  globalThis.__kubewarden_host_call = undefined;
});

/** A host that passes every call through the checks of the real one, and answers with `answer`. */
function serveWith(answer: unknown): Asked[] {
  const asked: Asked[] = [];
  const dispatcher = createDispatcher({
    policyId: "guest",
    grants: parseCapabilityPatterns(["*"]),
    contextAwareResources: ["Namespace", "Service"].map((kind) => ({ apiVersion: "v1", kind })),
    namespaced: false,
    log: silentLogger,
    serve: async () => answer,
  });
  globalThis.__kubewarden_host_call = (binding, namespace, operation, text) => {
    const call: HostCall = { binding, namespace, operation, payload: new TextEncoder().encode(text) };
    void dispatcher.call(call, { note: (question) => void asked.push(question) });
    return JSON.stringify(answer);
  };
  return asked;
}

const namespaces = { apiVersion: "v1", kind: "Namespace" } as const;
const found = { ...namespaces, metadata: { name: "a" } };

describe("host", () => {
  it.each<[string, () => unknown, unknown, unknown, unknown]>([
    [
      "kubernetes/get_resource",
      () => host.kubernetes.get({ ...namespaces, name: "a" }),
      { api_version: "v1", kind: "Namespace", name: "a", disable_cache: false },
      found,
      found,
    ],
    [
      "kubernetes/get_resource",
      () =>
        host.kubernetes.get({
          ...{ apiVersion: "v1", kind: "Service", name: "s", namespace: "n" },
          ...{ fieldMasks: ["spec.type"], disableCache: true },
        }),
      {
        ...{ api_version: "v1", kind: "Service", name: "s", namespace: "n" },
        ...{ field_masks: ["spec.type"], disable_cache: true },
      },
      { spec: { type: "ClusterIP" } },
      { apiVersion: "v1", kind: "Service", spec: { type: "ClusterIP" } },
    ],
    [
      "kubernetes/list_resources_by_namespace",
      () => host.kubernetes.list({ apiVersion: "v1", kind: "Service", namespace: "n", labelSelector: "a=b" }),
      { api_version: "v1", kind: "Service", namespace: "n", label_selector: "a=b" },
      { kind: "ServiceList", items: [{ metadata: { name: "s" } }] },
      [{ apiVersion: "v1", kind: "Service", metadata: { name: "s" } }],
    ],
    [
      "kubernetes/list_resources_all",
      () => host.kubernetes.listAll({ ...namespaces, fieldSelector: "x=y", fieldMasks: ["metadata.name"] }),
      { api_version: "v1", kind: "Namespace", field_selector: "x=y", field_masks: ["metadata.name"] },
      { items: [] },
      [],
    ],
    [
      "kubernetes/can_i",
      () =>
        host.kubernetes.canI({ user: "jane", groups: ["g"], resourceAttributes: { ...pod, group: "apps" } }),
      {
        subject_access_review: {
          user: "jane",
          groups: ["g"],
          resource_attributes: { ...pod, group: "apps" },
        },
        disable_cache: false,
      },
      { allowed: false, reason: "no" },
      { allowed: false, reason: "no" },
    ],
    [
      "kubernetes/can_i",
      () =>
        host.kubernetes.canI({
          user: "jane",
          resourceAttributes: { ...pod, version: "v1", subresource: "log", name: "p", namespace: "n" },
          disableCache: true,
        }),
      {
        subject_access_review: {
          user: "jane",
          groups: [],
          resource_attributes: { ...pod, version: "v1", subresource: "log", name: "p", namespace: "n" },
        },
        disable_cache: true,
      },
      { allowed: true },
      { allowed: true },
    ],
    ["oci/v1/oci_manifest", () => host.oci.manifest(image), image, imageManifest, imageManifest],
    ["oci/v1/oci_manifest", () => host.oci.manifest(image), image, imageIndex, imageIndex],
    [
      "oci/v1/manifest_digest",
      () => host.oci.manifestDigest(image),
      image,
      { digest: "sha256:aa" },
      "sha256:aa",
    ],
    [
      "oci/v1/oci_manifest_config",
      () => host.oci.manifestAndConfig(image),
      image,
      { manifest: imageManifest, digest: "sha256:aa", config: { config: { User: "0" }, os: "linux" } },
      { manifest: imageManifest, digest: "sha256:aa", config: { config: { User: "0" }, os: "linux" } },
    ],
    [
      "oci/v2/verify",
      () => host.sigstore.verifyPublicKeys(image, ["k"], { annotations: { a: "b" } }),
      { type: "SigstorePubKeyVerify", image, pub_keys: ["k"], annotations: { a: "b" } },
      verified,
      { digest: "sha256:aa" },
    ],
    [
      "oci/v2/verify",
      () => host.sigstore.verifyKeyless(image, [{ issuer: "i", subject: "s" }]),
      { type: "SigstoreKeylessVerify", image, keyless: [{ issuer: "i", subject: "s" }], annotations: {} },
      verified,
      { digest: "sha256:aa" },
    ],
    [
      "oci/v2/verify",
      () => host.sigstore.verifyKeylessPrefix(image, [{ issuer: "i", urlPrefix: "https://u" }]),
      {
        ...{ type: "SigstoreKeylessPrefixVerify", image, annotations: {} },
        keyless_prefix: [{ issuer: "i", url_prefix: "https://u" }],
      },
      verified,
      { digest: "sha256:aa" },
    ],
    [
      "oci/v2/verify",
      () => host.sigstore.verifyGithubActions(image, { owner: "o", repo: "r" }),
      { type: "SigstoreGithubActionsVerify", image, owner: "o", repo: "r", annotations: {} },
      verified,
      { digest: "sha256:aa" },
    ],
    [
      "oci/v2/verify",
      () => host.sigstore.verifyGithubActions(image, { owner: "o" }),
      { type: "SigstoreGithubActionsVerify", image, owner: "o", annotations: {} },
      verified,
      { digest: "sha256:aa" },
    ],
    [
      "oci/v2/verify",
      () =>
        host.sigstore.verifyCertificate(image, {
          ...{ certificate: "é", chain: [new Uint8Array([1, 255])], requireRekorBundle: false },
        }),
      {
        ...{ type: "SigstoreCertificateVerify", image, annotations: {}, require_rekor_bundle: false },
        certificate: new Uint8Array([0xc3, 0xa9]),
        certificate_chain: [new Uint8Array([1, 255])],
      },
      verified,
      { digest: "sha256:aa" },
    ],
    [
      "crypto/v1/is_certificate_trusted",
      () => host.crypto.verifyCertificate({ certificate: cert }),
      { cert, cert_chain: null, not_after: null },
      { trusted: true, reason: "" },
      { trusted: true },
    ],
    [
      "crypto/v1/is_certificate_trusted",
      () =>
        host.crypto.verifyCertificate({
          ...{ certificate: { encoding: "Pem", data: "-" }, chain: [cert], at: "2030-01-01T00:00:00Z" },
        }),
      {
        cert: { encoding: "Pem", data: new Uint8Array([45]) },
        ...{ cert_chain: [cert], not_after: "2030-01-01T00:00:00Z" },
      },
      { trusted: false, reason: "Certificate is being used after its expiration date" },
      { trusted: false, reason: "Certificate is being used after its expiration date" },
    ],
    [
      "net/v1/dns_lookup_host",
      () => host.net.lookupHost("registry.test"),
      "registry.test",
      { ips: ["192.0.2.1", "::1"] },
      ["192.0.2.1", "::1"],
    ],
  ])(
    "%s: the host reads what the guest sends, and the guest what it answers",
    (capability, ask, input, answer, expected) => {
      const asked = serveWith(answer);
      expect(ask()).toEqual(expected);
      expect(asked).toEqual([{ capability, input }]);
    },
  );

  it.each<[string, () => unknown, unknown, string]>([
    [
      "an object that is a list",
      () => host.kubernetes.get({ ...namespaces, name: "a" }),
      [],
      "answer: expected an object",
    ],
    ["a list without items", () => host.kubernetes.listAll(namespaces), {}, "items: "],
    [
      "no answer to a question about access",
      () => host.kubernetes.canI({ user: "u", resourceAttributes: pod }),
      {},
      "allowed: ",
    ],
    ["no digest", () => host.oci.manifestDigest(image), { digest: 1 }, "digest: "],
    ["neither manifest nor index", () => host.oci.manifest(image), {}, "answer: "],
    [
      "an image that is not trusted",
      () => host.sigstore.verifyPublicKeys(image, ["k"]),
      { ...verified, is_trusted: false },
      "is_trusted: ",
    ],
    [
      "no verdict on a certificate",
      () => host.crypto.verifyCertificate({ certificate: cert }),
      {},
      "trusted: ",
    ],
    ["no addresses", () => host.net.lookupHost("h"), { ips: "::1" }, "ips: "],
  ])("policies-and-sdk 7: %s throws, naming the path", (_row, ask, answer, text) => {
    serveWith(answer);
    expect(ask).toThrow(HostCallError);
    expect(ask).toThrow(`unexpected answer of the host: ${text}`);
  });

  it.each<[string, () => unknown]>([
    ["kubernetes/get_resource", () => host.kubernetes.get({ ...namespaces, name: "a" })],
    ["kubernetes/list_resources_by_namespace", () => host.kubernetes.list({ ...namespaces, namespace: "n" })],
    ["kubernetes/list_resources_all", () => host.kubernetes.listAll(namespaces)],
    ["kubernetes/can_i", () => host.kubernetes.canI({ user: "u", resourceAttributes: pod })],
    ["oci/v1/oci_manifest", () => host.oci.manifest(image)],
    ["oci/v1/manifest_digest", () => host.oci.manifestDigest(image)],
    ["oci/v1/oci_manifest_config", () => host.oci.manifestAndConfig(image)],
    ["oci/v2/verify", () => host.sigstore.verifyPublicKeys(image, ["k"])],
    ["crypto/v1/is_certificate_trusted", () => host.crypto.verifyCertificate({ certificate: cert })],
    ["net/v1/dns_lookup_host", () => host.net.lookupHost("h")],
  ])("policies-and-sdk 7: a failed %s throws with the host's text", (capability, ask) => {
    globalThis.__kubewarden_host_call = () => {
      throw new Error("Callback evaluation failure: größe");
    };
    const thrown = new HostCallError(capability, "Callback evaluation failure: größe");
    expect(ask).toThrow(thrown);
    expect(ask).toThrow(expect.objectContaining({ capability }));
  });
});
