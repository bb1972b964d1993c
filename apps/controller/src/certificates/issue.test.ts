import { createPrivateKey, X509Certificate } from "node:crypto";
import { parseCertificate } from "@kubewarden-ts/x509";
import { issueCertificate as issueTestCertificate } from "@kubewarden-ts/x509/testing";
import { describe, expect, it } from "vitest";
import { certificateProblem } from "./check.ts";
import { createAuthority, issueClientCertificate, issueServerCertificate } from "./issue.ts";

const at = new Date("2026-03-01T12:00:00.500Z");
const dayMs = 86_400_000;
const longName = `policy-server-${"a".repeat(63)}.kubewarden.svc`;

const read = (pem: string) => new X509Certificate(pem);
const lifetimeDays = ({ validFromDate, validToDate }: X509Certificate) =>
  (validToDate.getTime() - validFromDate.getTime()) / dayMs;

describe("controller 26: certificates of servers", () => {
  it("are for one name, for a year, for servers and clients, and no authority", async () => {
    const authority = await createAuthority(at);
    const { certificate, key } = await issueServerCertificate(authority, "a.kubewarden.svc", at);
    const leaf = read(certificate);
    expect(leaf.subject).toBe("CN=a.kubewarden.svc");
    expect(leaf.subjectAltName).toBe("DNS:a.kubewarden.svc");
    expect(leaf.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"]);
    expect(leaf.ca).toBe(false);
    expect(leaf.validFromDate).toEqual(new Date("2026-03-01T12:00:00Z"));
    expect(lifetimeDays(leaf)).toBe(365);
    expect(key).toMatch(/^-----BEGIN EC PRIVATE KEY-----\n/);
    expect(createPrivateKey(key).asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect(certificate.match(/BEGIN/g)).toHaveLength(1);
  });

  it("may have names that are too long for a common name", async () => {
    const { certificate } = await issueServerCertificate(await createAuthority(at), longName, at);
    expect(read(certificate).checkHost(longName, { subject: "never" })).toBe(longName);
  });

  it("have random serial numbers that are positive and have at most 128 bits", async () => {
    const authority = await createAuthority(at);
    const numbers = new Set<bigint>();
    for (let count = 0; count < 20; count++) {
      const { certificate } = await issueServerCertificate(authority, "a", at);
      const { serialNumber } = parseCertificate(read(certificate).raw);
      expect(serialNumber > 0n && serialNumber < 1n << 128n).toBe(true);
      numbers.add(serialNumber);
    }
    expect(numbers.size).toBe(20);
  });
});

it("controller 28: the authority is for ten years, and may sign", async () => {
  const authority = await createAuthority(at);
  const certificate = read(authority.certificate);
  expect(certificate.subject).toBe("CN=kubewarden-controller-ca");
  expect(certificate.ca).toBe(true);
  expect(lifetimeDays(certificate)).toBe(3650);
  expect(certificateProblem(authority, { authority, at })).toBeUndefined();
});

it("certificates of clients have no alternative names", async () => {
  const authority = await createAuthority(at);
  const pair = await issueClientCertificate(authority, "audit-scanner-client", at);
  expect(read(pair.certificate).subject).toBe("CN=audit-scanner-client");
  expect(read(pair.certificate).subjectAltName).toBeUndefined();
  expect(certificateProblem(pair, { authority, at })).toBeUndefined();
});

describe("authorities that somebody else made", () => {
  it.each(["P-256", "P-384", "P-521"] as const)("sign with a key of %s", async (keyType) => {
    const made = issueTestCertificate("some authority", { keyType, authority: true });
    const key = String(made.keys.privateKey.export({ type: "sec1", format: "pem" }));
    const pair = await issueServerCertificate({ certificate: made.cert, key }, "a", new Date());
    const check = { authority: { certificate: made.cert }, dnsName: "a", at: new Date() };
    expect(certificateProblem(pair, check)).toBeUndefined();
    // Go compares the bytes of the names
    const leaf = parseCertificate(read(pair.certificate).raw);
    expect(leaf.issuer.raw).toEqual(parseCertificate(made.der).subject.raw);
  });

  it.each([
    ["a key of RSA", () => issueTestCertificate("rsa", { keyType: "rsa-2048", authority: true })],
    ["a key of another curve", () => issueTestCertificate("k1", { keyType: "secp256k1", authority: true })],
    ["no key", () => ({ cert: issueTestCertificate("none").cert, key: "rubbish" })],
    ["no certificate", () => ({ cert: "rubbish", key: issueTestCertificate("none").key })],
  ])("are refused with %s", async (_row, make) => {
    const { cert, key } = make();
    const issuing = (async () => issueServerCertificate({ certificate: cert, key }, "a", at))();
    await expect(issuing).rejects.toMatchObject({ code: "CERTIFICATE_AUTHORITY_INVALID" });
  });
});
