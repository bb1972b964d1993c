import { X509Certificate } from "node:crypto";
import { secrets } from "@kubewarden-ts/api/core";
import { describe, expect, it } from "vitest";
import { createAuthority, issueServerCertificate } from "../certificates/issue.ts";
import { leafPair } from "../certificates/leaf-secrets.ts";
import { policyServer } from "../policy/testing/objects.ts";
import { authority, conditionOf, nowMs, secret, setUpPolicyServers } from "./testing/set-up.ts";

const name = "policy-server-default";
const dnsName = `${name}.kubewarden.svc`;
const dayMs = 86_400_000;
const formatted = { "kubewarden.io/cert-format-version": "1" };

/** A Secret as upstream writes it. */
async function secretOf({ from = authority, dns = dnsName, at = nowMs, annotations = formatted } = {}) {
  const { certificate, key } = await issueServerCertificate(from, dns, new Date(at));
  const made = secret(name, { "tls.crt": certificate, "tls.key": key });
  return { ...made, metadata: { ...made.metadata, annotations } };
}

describe("reconcileCertificateSecret", () => {
  it("controller 26: issues a certificate for the Service, signed by the authority, for a year", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    await test.pass();
    const stored = test.stored(secrets);
    expect(stored).toMatchObject({
      type: "Opaque",
      metadata: {
        labels: {
          "app.kubernetes.io/part-of": "kubewarden",
          "app.kubernetes.io/component": "policy-server",
        },
        annotations: formatted,
      },
    });
    expect(Object.keys(stored?.data ?? {})).toEqual(["tls.crt", "tls.key"]);
    const { certificate, key } = leafPair(stored);
    const read = new X509Certificate(certificate);
    expect(read.subjectAltName).toBe(`DNS:${dnsName}`);
    expect(read.verify(new X509Certificate(authority.certificate).publicKey)).toBe(true);
    expect(read.validToDate.getTime()).toBe(nowMs + 365 * dayMs);
    expect(key).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
  });

  it.each<[string, () => Promise<ReturnType<typeof secret>>]>([
    ["a key is missing", async () => secret(name, { "tls.crt": "x" })],
    ["the annotation is missing", () => secretOf({ annotations: {} as never })],
    ["it has ended", () => secretOf({ at: nowMs - 366 * dayMs })],
    ["it is for another name", () => secretOf({ dns: "other.kubewarden.svc" })],
    ["another authority signed it", async () => secretOf({ from: await createAuthority(new Date(nowMs)) })],
  ])("controller 26: issues another certificate when %s", async (_row, before) => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    const old = await before();
    test.put({ ...old, data: { ...old.data, mine: "eA==" } } as never);
    await test.pass();
    const { data = {} } = test.stored(secrets) ?? {};
    expect(data?.["tls.crt"]).not.toBe(old.data?.["tls.crt"]);
    expect(data?.["mine"]).toBe("eA==");
    test.written();
    await test.pass();
    expect(test.written()).toEqual([]);
  });

  it("controller 27: leaves a valid one as it is, byte for byte, also near its end", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    const old = await secretOf({ at: nowMs - 360 * dayMs + dayMs });
    test.put(old);
    await test.pass();
    expect(test.stored(secrets)?.data).toEqual(old.data);
  });

  it("controller 27: issues none when another pass has just done so and the view does not show it", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer("default", { finalizers: ["kubewarden.io/finalizer"] }));
    await test.pass();
    const old = await secretOf({ at: nowMs - 366 * dayMs });
    test.view.secrets.put({ ...old, metadata: { ...old.metadata, ...test.stored(secrets)!.metadata } });
    test.written();
    await test.pass();
    expect(test.written()).toEqual([]);
  });

  it("controller 28: signs nothing with an authority that has ended, again and again", async () => {
    await using test = await setUpPolicyServers();
    test.put(policyServer());
    const { certificate, key } = await createAuthority(new Date(nowMs - 3651 * dayMs));
    test.put(secret("kubewarden-ca", { "ca.crt": certificate, "ca.key": key }));
    await expect(test.pass()).rejects.toThrow();
    expect(test.stored(secrets)).toBeUndefined();
    expect(conditionOf(test.server(), "CertSecretReconciled")?.message).toMatch(
      /^error reconciling secret: the certificate authority in the Secret "kubewarden-ca" cannot be used: it is valid from /,
    );
  });
});
