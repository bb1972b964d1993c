import { describe, expect, it } from "vitest";
import type { Certificate } from "./certificate.ts";
import { checkEncodedCertificate, type EncodedCertificate } from "./encoded-certificate.ts";
import { loadMozillaRoots } from "./mozilla-roots.ts";
import { extension, issueCertificate, pem, type TestCertificate } from "./testing/index.ts";

const start = new Date("2026-01-01T00:00:00Z");
const end = new Date("2026-12-31T23:59:59Z");
const inside = "2026-06-01T00:00:00Z";
const period = { notBefore: start, notAfter: end };

const root = issueCertificate("root", {
  authority: true,
  notBefore: new Date("2010-01-01T00:00:00Z"),
  notAfter: new Date("2020-01-01T00:00:00Z"),
});
const middle = issueCertificate("middle", { issuer: root, authority: true, ...period });
const expiredMiddle = issueCertificate("middle", {
  issuer: root,
  authority: true,
  keys: middle.keys,
  notBefore: new Date("2020-01-01T00:00:00Z"),
  notAfter: new Date("2021-01-01T00:00:00Z"),
});
const leaf = issueCertificate("leaf", { issuer: middle, ...period });
const direct = issueCertificate("direct", { issuer: root, ...period });
const other = issueCertificate("other", { authority: true });
/** The name of the root, with a key of its own. */
const impostor = issueCertificate("root", { authority: true });
const valid = issueCertificate("valid root", { authority: true, ...period });
const ofValid = issueCertificate("of valid root", { issuer: valid, ...period });
const selfSigned = issueCertificate("self", period);

function asPem({ cert }: TestCertificate): EncodedCertificate {
  return { encoding: "Pem", data: Buffer.from(cert) };
}
function asDer({ der }: TestCertificate): EncodedCertificate {
  return { encoding: "Der", data: der };
}

interface Question {
  chain: readonly EncodedCertificate[] | undefined;
  notAfter?: string;
  nowMs?: number;
  roots?: readonly Certificate[];
}

function check(
  certificate: EncodedCertificate,
  { chain, notAfter = inside, nowMs = 0, roots = [] }: Question,
) {
  return checkEncodedCertificate({ certificate, chain, notAfter, nowMs, mozillaRoots: () => roots });
}

const trusted = { trusted: true, reason: "" };
const unknown = { trusted: false, reason: "Certificate is not trusted by the provided cert chain" };
const expired = { trusted: false, reason: "Certificate is being used after its expiration date" };
const early = { trusted: false, reason: "Certificate is being used before its validity date" };

describe("checkEncodedCertificate", () => {
  it.each([
    ["a chain in PEM", asPem(leaf), [asPem(middle), asPem(root)], trusted],
    ["a chain in DER", asDer(leaf), [asDer(middle), asDer(root)], trusted],
    [
      "intermediates in any order, and more than needed",
      asPem(leaf),
      [other, middle, leaf, root].map(asPem),
      trusted,
    ],
    ["an expired root", asPem(direct), [asPem(root)], trusted],
    ["an unknown issuer", asPem(leaf), [asPem(other)], unknown],
    ["a root that has the name of another", asPem(direct), [asPem(impostor)], unknown],
    ["a missing intermediate", asPem(leaf), [asPem(root)], unknown],
    ["the root not being last", asPem(ofValid), [asPem(valid), asPem(other)], unknown],
    ["an empty chain", asPem(leaf), [], unknown],
    ["a certificate that signed itself as its own chain", asPem(selfSigned), [asPem(selfSigned)], trusted],
    ["a certificate that signed itself, of somebody else", asPem(selfSigned), [asPem(root)], unknown],
    ["a certificate as its own chain that another signed", asPem(direct), [asPem(direct)], unknown],
  ])("policy-runtime 40: answers about %s", (_row, certificate, chain, verdict) => {
    expect(check(certificate, { chain })).toEqual(verdict);
  });

  it("policy-runtime 40: names an expired intermediate", () => {
    expect(check(asPem(leaf), { chain: [asPem(expiredMiddle), asPem(root)] })).toEqual({
      trusted: false,
      reason: "Certificate not trusted: an intermediate certificate has expired",
    });
    const both = [asPem(expiredMiddle), asPem(middle), asPem(root)];
    expect(check(asPem(leaf), { chain: both })).toEqual(trusted);
  });

  it.each([
    ["before its first second", "2025-12-31T23:59:59.999Z", early],
    ["in its first second", "2026-01-01T00:00:00Z", trusted],
    ["in its first second elsewhere", "2025-12-31T19:00:00-05:00", trusted],
    ["in its last second", "2026-12-31T23:59:59Z", trusted],
    ["within its last second", "2026-12-31T23:59:59.999Z", trusted],
    ["after its last second", "2027-01-01T00:00:00Z", expired],
  ])("policy-runtime 40: a certificate used %s", (_row, notAfter, verdict) => {
    expect(check(asPem(direct), { chain: [asPem(root)], notAfter })).toEqual(verdict);
  });

  it("policy-runtime 40: looks at the validity before the trust", () => {
    const question = { chain: [asPem(other)], notAfter: "2030-01-01T00:00:00Z" };
    expect(check(asPem(direct), question)).toEqual(expired);
  });

  it("policy-runtime 40: takes the present time when none is given", () => {
    const chain = [asPem(root)];
    expect(check(asPem(direct), { chain, notAfter: "", nowMs: Date.parse(inside) })).toEqual(trusted);
    expect(check(asPem(direct), { chain, notAfter: "", nowMs: Date.parse("2031-01-01") })).toEqual(expired);
  });

  it.each([
    "2026",
    "2026-06-01",
    "2026-06-01T00:00:00",
    "2026-02-30T00:00:00Z",
    "2026-06-01T24:00:00Z",
    "now",
  ])("policy-runtime 40: refuses the timestamp %s", (notAfter) => {
    expect(() => check(asPem(direct), { chain: [asPem(root)], notAfter })).toThrow(
      expect.objectContaining({
        message: "Timestamp not_after is not in RFC3339 format",
        code: "X509_TIMESTAMP_INVALID",
      }),
    );
  });

  it.each([
    ["no PEM", "hello", "no PEM block was found"],
    ["PEM cut off", direct.cert.slice(0, 200), "no PEM block was found"],
    ["PEM that is no base64", pem("CERTIFICATE", direct.der).replace("\nM", "\n%"), "no PEM block was found"],
    ["a key", direct.key, 'the first PEM block is "PRIVATE KEY"'],
  ])("policy-runtime 40: refuses a certificate that is %s", (_row, text, problem) => {
    const broken: EncodedCertificate = { encoding: "Pem", data: Buffer.from(text) };
    const error = expect.objectContaining({
      message: `Certificate PEM data is not valid: ${problem}`,
      code: "X509_PEM_INVALID",
    });
    expect(() => check(broken, { chain: [asPem(root)] })).toThrow(error);
    expect(() => check(asPem(direct), { chain: [broken, asPem(root)] })).toThrow(error);
    expect(() => check(asPem(direct), { chain: [broken] })).toThrow(error);
  });

  const versionOne = issueCertificate("old", { issuer: root, version: 1, ...period });
  const strange = issueCertificate("strange", {
    issuer: root,
    extensions: [extension("1.2.3.4", Buffer.from([5, 0]), { critical: true })],
    ...period,
  });
  it.each([
    ["of X.509 version 1", asPem(versionOne), "its version is 1, not 3"],
    [
      "with an unknown critical extension",
      asPem(strange),
      "its extension 1.2.3.4 is critical and not understood",
    ],
    ["of no DER", { encoding: "Der", data: Buffer.from("hello") } as const, "malformed certificate"],
    [
      "with more behind it",
      { encoding: "Der", data: Buffer.concat([direct.der, Buffer.alloc(1)]) } as const,
      "there is more behind the certificate",
    ],
  ])("policy-runtime 40: refuses a certificate %s", (_row, certificate, problem) => {
    expect(() => check(certificate, { chain: [asPem(root)] })).toThrow(
      expect.objectContaining({
        message: `Certificate is not a valid end-entity certificate: ${problem}`,
        code: "X509_CERTIFICATE_INVALID",
      }),
    );
  });

  it("passes over an intermediate that cannot be read, and refuses such a root", () => {
    const broken: EncodedCertificate = { encoding: "Der", data: Buffer.from("hello") };
    expect(check(asPem(leaf), { chain: [broken, asPem(middle), asPem(root)] })).toEqual(trusted);
    expect(() => check(asPem(leaf), { chain: [asPem(middle), broken] })).toThrow(
      "The last certificate of the chain is not a valid root: malformed certificate",
    );
  });

  it("policy-runtime 40: without a chain, asks for Mozilla's roots", () => {
    const roots = loadMozillaRoots();
    expect(roots.length).toBeGreaterThan(80);
    expect(check(asPem(direct), { chain: undefined, roots })).toEqual(unknown);
    const authority = roots[0]!;
    const verdict = check({ encoding: "Der", data: authority.raw }, { chain: undefined, roots });
    expect(verdict.reason).toBe(
      "Certificate not trusted: it is the certificate of an authority, not of an end entity",
    );
  });
});
