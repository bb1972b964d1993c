import { generateKeyPairSync, type KeyObject, X509Certificate } from "node:crypto";
import {
  mutatingWebhookConfigurations,
  type Secret,
  secrets,
  validatingWebhookConfigurations,
  type WebhookConfiguration,
} from "@kubewarden-ts/api/core";
import { describe, expect, it } from "vitest";
import { fakeClusterContext, namespace } from "../testing/fake-cluster-context.ts";
import { certificateProblem } from "./check.ts";
import { createAuthority, issueClientCertificate, issueServerCertificate, type PemPair } from "./issue.ts";
import { reconcileCertificates } from "./reconcile-certificates.ts";
import { decodeSecretValue, encodeSecretValues } from "./secret-value.ts";

const dayMs = 86_400_000;
const startMs = Date.UTC(2026, 0, 1);
const at = (days: number) => new Date(startMs + days * dayMs);
const signal = new AbortController().signal;
const policyServerLabels = {
  "app.kubernetes.io/part-of": "kubewarden",
  "app.kubernetes.io/component": "policy-server",
};

type Cluster = Awaited<ReturnType<typeof fakeClusterContext>>;

function secret(name: string, values: Record<string, string>, labels: Record<string, string> = {}): Secret {
  const metadata = { name, namespace, labels };
  return { apiVersion: "v1", kind: "Secret", metadata, type: "Opaque", data: encodeSecretValues(values) };
}
const leafValues = ({ certificate, key }: PemPair) => ({ "tls.crt": certificate, "tls.key": key });

/** A configuration with two webhooks, and what else must survive a patch. */
function webhooks(kind: "Validating" | "Mutating", name: string, caBundle?: string): WebhookConfiguration {
  const hook = (path: string) => ({
    ...{ name: `${path}.example.com`, sideEffects: "None", admissionReviewVersions: ["v1"] },
    clientConfig: {
      ...(caBundle && { caBundle }),
      service: { namespace, name: "webhooks", path: `/${path}` },
    },
  });
  return {
    apiVersion: "admissionregistration.k8s.io/v1",
    kind: `${kind}WebhookConfiguration` as "ValidatingWebhookConfiguration",
    metadata: { name, labels: { "app.kubernetes.io/part-of": "kubewarden" } },
    webhooks: [hook("a"), hook("b")],
  };
}

/** A cluster as a chart and a policy server leave it, with certificates that were made on day 0. */
async function installed() {
  const authority = await createAuthority(at(0));
  const cluster = await fakeClusterContext({ startMs });
  const bundle = Buffer.from(authority.certificate).toString("base64");
  const issue = (name: string) => issueServerCertificate(authority, `${name}.${namespace}.svc`, at(0));
  const stored = [
    secret("kubewarden-ca", { "ca.crt": authority.certificate, "ca.key": authority.key, extra: "kept" }),
    secret("kubewarden-webhook-server-cert", leafValues(await issue("webhooks"))),
    secret("policy-server-default", leafValues(await issue("policy-server-default")), policyServerLabels),
    secret(
      "kubewarden-audit-scanner-client-cert",
      leafValues(await issueClientCertificate(authority, "audit-scanner-client", at(0))),
    ),
    secret("of-others", { "tls.crt": "not ours" }),
    webhooks("Validating", "kubewarden-controller-validating-webhook-configuration", bundle),
    webhooks("Mutating", "clusterwide-psp", bundle),
    { ...webhooks("Validating", "of-others", "bm90IG91cnM="), metadata: { name: "of-others" } },
  ];
  for (const object of stored) cluster.server.put(object);
  await cluster.caughtUp();
  return { ...cluster, authority };
}

/** Passes until one has nothing to write. */
async function settle({
  context,
  writes,
  caughtUp,
}: Pick<Cluster, "context" | "writes" | "caughtUp">): Promise<void> {
  for (let before = -1; before !== writes().length; ) {
    before = writes().length;
    await caughtUp();
    await reconcileCertificates(context, signal);
  }
}

const read = (cluster: Pick<Cluster, "server">, name: string): Secret | undefined =>
  cluster.server.stored(secrets).find(({ metadata }) => metadata.name === name) as Secret | undefined;
const value = (cluster: Pick<Cluster, "server">, name: string, key: string) =>
  decodeSecretValue(read(cluster, name), key);
const pairOf = (cluster: Pick<Cluster, "server">, name: string): PemPair => ({
  certificate: value(cluster, name, "tls.crt") ?? "",
  key: value(cluster, name, "tls.key") ?? "",
});
function bundles({ server }: Pick<Cluster, "server">): Record<string, string[]> {
  const all = [validatingWebhookConfigurations, mutatingWebhookConfigurations].flatMap(
    (type) => server.stored(type) as unknown as WebhookConfiguration[],
  );
  return Object.fromEntries(
    all.map(({ metadata, webhooks }) => [
      metadata.name,
      (webhooks ?? []).map(({ clientConfig }) =>
        Buffer.from(clientConfig.caBundle ?? "", "base64").toString(),
      ),
    ]),
  );
}

describe("certificates in a cluster", () => {
  it("controller 27, 44: stay byte for byte, and nothing is written, while all are good", async () => {
    await using cluster = await installed();
    const before = cluster.server.stored(secrets);
    expect(await reconcileCertificates(cluster.context, signal)).toEqual({ requeueAfterMs: 43_200_000 });
    await cluster.clock.advance(304 * dayMs);
    await reconcileCertificates(cluster.context, signal);
    expect(cluster.writes()).toEqual([]);
    expect(cluster.server.stored(secrets)).toEqual(before);
  });

  it("controller 27: are replaced 60 days before their end, the audit scanner's too", async () => {
    await using cluster = await installed();
    await cluster.clock.advance(306 * dayMs);
    const before = pairOf(cluster, "policy-server-default");
    await settle(cluster);
    const authority = { certificate: value(cluster, "kubewarden-ca", "ca.crt") ?? "" };
    expect(authority.certificate).toBe(cluster.authority.certificate);
    const names = {
      "policy-server-default": "policy-server-default",
      "kubewarden-webhook-server-cert": "webhooks",
    };
    for (const [name, host] of Object.entries(names)) {
      const dnsName = `${host}.${namespace}.svc`;
      expect(
        certificateProblem(pairOf(cluster, name), { authority, dnsName, at: at(306 + 364) }),
      ).toBeUndefined();
    }
    expect(pairOf(cluster, "policy-server-default")).not.toEqual(before);
    const scanner = pairOf(cluster, "kubewarden-audit-scanner-client-cert");
    expect(certificateProblem(scanner, { authority, at: at(306 + 364) })).toBeUndefined();
    expect(new X509Certificate(scanner.certificate).subject).toBe("CN=audit-scanner-client");
    expect(read(cluster, "of-others")).toMatchObject({ data: encodeSecretValues({ "tls.crt": "not ours" }) });
  });

  it("controller 28: follow an authority near its end, and webhooks trust both", async () => {
    await using cluster = await installed();
    await cluster.clock.advance(3591 * dayMs);
    await settle(cluster);
    const certificate = value(cluster, "kubewarden-ca", "ca.crt") ?? "";
    expect(certificate).not.toBe(cluster.authority.certificate);
    expect(value(cluster, "kubewarden-ca", "old-ca.crt")).toBe(cluster.authority.certificate);
    expect(value(cluster, "kubewarden-ca", "extra")).toBe("kept");
    const both = certificate + cluster.authority.certificate;
    expect(bundles(cluster)).toEqual({
      "kubewarden-controller-validating-webhook-configuration": [both, both],
      "clusterwide-psp": [both, both],
      "of-others": ["not ours", "not ours"],
    });
    const check = { authority: { certificate }, at: at(3591) };
    expect(certificateProblem(pairOf(cluster, "policy-server-default"), check)).toBeUndefined();
    expect(certificateProblem(pairOf(cluster, "kubewarden-webhook-server-cert"), check)).toBeUndefined();
  });

  it("controller 28: webhooks trust the new authority before anybody shows a certificate of it", async () => {
    await using cluster = await installed();
    await cluster.clock.advance(3591 * dayMs);
    await settle(cluster);
    const order = cluster.writes().map((write) => (write.includes("/secrets/") ? "secret" : "webhooks"));
    expect(order).toEqual(["secret", "webhooks", "webhooks", "secret", "secret", "secret"]);
    expect(cluster.writes().filter((write) => write.includes("webhook"))).not.toContain("PUT");
    expect(cluster.writes().every((write) => !/^PUT .*webhookconfigurations/.test(write))).toBe(true);
  });

  it("controller 29: an authority that ended is forgotten, and trusted no more", async () => {
    await using cluster = await installed();
    await cluster.clock.advance(3591 * dayMs);
    await settle(cluster);
    await cluster.clock.advance(60 * dayMs);
    await settle(cluster);
    expect(value(cluster, "kubewarden-ca", "old-ca.crt")).toBeUndefined();
    const certificate = value(cluster, "kubewarden-ca", "ca.crt") ?? "";
    expect(bundles(cluster)["clusterwide-psp"]).toEqual([certificate, certificate]);
  });

  it("patch webhooks without losing what else they say", async () => {
    await using cluster = await installed();
    await cluster.clock.advance(3591 * dayMs);
    await settle(cluster);
    const [after] = cluster.server.stored(mutatingWebhookConfigurations) as unknown as WebhookConfiguration[];
    const [before] = [webhooks("Mutating", "clusterwide-psp")];
    const withoutBundle = (each: WebhookConfiguration) =>
      each.webhooks?.map(({ clientConfig: { caBundle: _, ...rest }, ...hook }) => ({
        ...hook,
        clientConfig: rest,
      }));
    expect(after && withoutBundle(after)).toEqual(before && withoutBundle(before));
  });

  it("are made where there is nothing, except for the audit scanner, which a chart installs", async () => {
    await using cluster = await fakeClusterContext({ startMs });
    await settle(cluster);
    const names = cluster.server.stored(secrets).map(({ metadata }) => metadata.name);
    expect(names).toEqual(["kubewarden-ca", "kubewarden-webhook-server-cert"]);
    const authority = {
      certificate: value(cluster, "kubewarden-ca", "ca.crt") ?? "",
      key: value(cluster, "kubewarden-ca", "ca.key") ?? "",
    };
    expect(certificateProblem(authority, { authority, at: at(3649) })).toBeUndefined();
    const dnsName = `webhooks.${namespace}.svc`;
    const leaf = pairOf(cluster, "kubewarden-webhook-server-cert");
    expect(certificateProblem(leaf, { authority, dnsName, at: at(364) })).toBeUndefined();
  });

  it("follow an authority that somebody else put there", async () => {
    await using cluster = await installed();
    const other = await createAuthority(at(0));
    cluster.server.put(secret("kubewarden-ca", { "ca.crt": other.certificate, "ca.key": other.key }));
    await settle(cluster);
    expect(value(cluster, "kubewarden-ca", "ca.crt")).toBe(other.certificate);
    const pair = pairOf(cluster, "policy-server-default");
    expect(certificateProblem(pair, { authority: other, at: at(0) })).toBeUndefined();
    expect(bundles(cluster)["clusterwide-psp"]).toEqual([other.certificate, other.certificate]);
  });

  it("controller 27: are made anew when a clock ran ahead while they were made", async () => {
    await using cluster = await installed();
    const early = await createAuthority(at(30));
    const leaf = await issueServerCertificate(early, `policy-server-default.${namespace}.svc`, at(30));
    cluster.server.put(secret("kubewarden-ca", { "ca.crt": early.certificate, "ca.key": early.key }));
    cluster.server.put(secret("policy-server-default", leafValues(leaf), policyServerLabels));
    await settle(cluster);
    const authority = { certificate: value(cluster, "kubewarden-ca", "ca.crt") ?? "" };
    const pair = pairOf(cluster, "policy-server-default");
    expect(certificateProblem(pair, { authority, at: at(0) })).toBeUndefined();
    expect(bundles(cluster)["clusterwide-psp"]).toEqual([authority.certificate, authority.certificate]);
  });

  it.each<[string, Record<string, string>]>([
    ["no key", { "ca.crt": "" }],
    ["rubbish", { "ca.crt": "rubbish", "ca.key": "rubbish" }],
    ["rubbish and an unreadable one before", { "ca.crt": "rubbish", "old-ca.crt": "rubbish" }],
  ])("are made anew for an authority that is %s", async (_row, values) => {
    await using cluster = await installed();
    cluster.server.put(secret("kubewarden-ca", values));
    await settle(cluster);
    const certificate = value(cluster, "kubewarden-ca", "ca.crt") ?? "";
    expect(value(cluster, "kubewarden-ca", "old-ca.crt")).toBeUndefined();
    expect(bundles(cluster)["clusterwide-psp"]).toEqual([certificate, certificate]);
    const pair = pairOf(cluster, "policy-server-default");
    expect(certificateProblem(pair, { authority: { certificate }, at: at(0) })).toBeUndefined();
  });

  it.each<[string, () => KeyObject, "sec1" | "pkcs1", string]>([
    [
      "of an unsuitable curve",
      () => generateKeyPairSync("ec", { namedCurve: "secp256k1" }).privateKey,
      "sec1",
      "the key is of the curve secp256k1, not of P-256, P-384 or P-521",
    ],
    [
      "of RSA",
      () => generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey,
      "pkcs1",
      "the key is not an EC PRIVATE KEY",
    ],
  ])(
    "controller 28: an authority %s is replaced once, and people hear why",
    async (_row, make, type, reason) => {
      await using cluster = await installed();
      const key = String(make().export({ type, format: "pem" } as const));
      cluster.server.put(secret("kubewarden-ca", { "ca.crt": cluster.authority.certificate, "ca.key": key }));
      await settle(cluster);
      expect(cluster.recorded.map(({ about, message }) => [about.metadata.name, message])).toEqual([
        ["kubewarden-ca", `The certificate authority is replaced by a new one of P-256: ${reason}`],
      ]);
      expect(cluster.recorded[0]).toMatchObject({ type: "Warning", reason: "CertificateAuthorityReplaced" });
      const pair = pairOf(cluster, "policy-server-default");
      const authority = { certificate: value(cluster, "kubewarden-ca", "ca.crt") ?? "" };
      expect(certificateProblem(pair, { authority, at: at(0) })).toBeUndefined();
    },
  );

  it("one that cannot be written keeps no other from it, and is told", async () => {
    await using cluster = await installed();
    await cluster.clock.advance(306 * dayMs);
    const path = `/api/v1/namespaces/${namespace}/secrets/policy-server-default`;
    const body = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      message: "no",
      reason: "Forbidden",
      code: 403,
    };
    cluster.server.answer({ method: "PUT", path }, { status: 403, body });
    await expect(reconcileCertificates(cluster.context, signal)).rejects.toThrow(
      /^Failed to update certificates: .*no/,
    );
    expect(cluster.writes()).toHaveLength(3);
  });

  it("what changed since the view was made is a conflict, and comes right in the next pass", async () => {
    await using cluster = await installed();
    await cluster.clock.advance(3591 * dayMs);
    const path = /validatingwebhookconfigurations/;
    const body = {
      kind: "Status",
      apiVersion: "v1",
      status: "Failure",
      message: "no",
      reason: "Conflict",
      code: 409,
    };
    cluster.server.answer({ method: "PATCH", path }, { status: 409, body });
    await expect(reconcileCertificates(cluster.context, signal)).rejects.toMatchObject({
      code: "KUBE_CONFLICT",
    });
    await settle(cluster);
    const patch = cluster.server.requests.findLast((request) => request.method === "PATCH");
    expect(JSON.parse(patch?.body ?? "{}")).toHaveProperty("metadata.resourceVersion");
    expect(new Set(Object.values(bundles(cluster)).flat()).size).toBe(2);
  });
});
