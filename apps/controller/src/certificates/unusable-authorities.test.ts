import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { secrets } from "@kubewarden-ts/api/core";
import { describe, expect, it } from "vitest";
import { fakeClusterContext, namespace } from "../testing/fake-cluster-context.ts";
import { certificateProblem } from "./check.ts";
import { createAuthority, issueServerCertificate } from "./issue.ts";
import {
  at,
  bundles,
  installed,
  leafValues,
  pairOf,
  policyServerLabels,
  secret,
  settle,
  startMs,
  value,
} from "./testing/cluster-certificates.ts";

describe("certificates whose authority cannot be used", () => {
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
});
