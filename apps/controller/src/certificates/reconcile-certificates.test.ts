import { X509Certificate } from "node:crypto";
import { mutatingWebhookConfigurations, secrets, type WebhookConfiguration } from "@kubewarden-ts/api/core";
import { describe, expect, it } from "vitest";
import { namespace } from "../testing/fake-cluster-context.ts";
import { certificateProblem } from "./check.ts";
import { reconcileCertificates } from "./reconcile-certificates.ts";
import { encodeSecretValues } from "./secret-value.ts";
import {
  at,
  bundles,
  dayMs,
  installed,
  pairOf,
  read,
  settle,
  signal,
  value,
  webhooks,
} from "./testing/cluster-certificates.ts";

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
