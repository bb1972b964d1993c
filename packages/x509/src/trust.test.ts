import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCertificate } from "./certificate.ts";
import { der } from "./testing/der.ts";
import {
  alternativeNames,
  basicConstraints,
  type CertificateOptions,
  extension,
  issueCertificate,
  keyUsage,
  nameConstraints,
  type TestAuthority,
} from "./testing/index.ts";
import { checkCertificateTrust, type TrustVerdict } from "./trust.ts";

const root = issueCertificate("root", { authority: true });
const atMs = Date.now();

function verdictOf(
  leaf: TestAuthority,
  intermediates: readonly TestAuthority[] = [],
  roots: readonly TestAuthority[] = [root],
): TrustVerdict {
  const read = (certificate: TestAuthority) => parseCertificate(certificate.der);
  return checkCertificateTrust({
    certificate: read(leaf),
    intermediates: intermediates.map(read),
    roots: roots.map(read),
    atMs,
  });
}

/** A leaf below an intermediate that is made with these options. */
function below(options: CertificateOptions, leafOptions: CertificateOptions = {}) {
  const intermediate = issueCertificate("intermediate", { issuer: root, ...options });
  return verdictOf(issueCertificate("leaf", { issuer: intermediate, ...leafOptions }), [intermediate]);
}

const trusted = { trusted: true, reason: "" };
const unknown = { trusted: false, reason: "Certificate is not trusted by the provided cert chain" };
const untrusted = (reason: string) => ({ trusted: false, reason: `Certificate not trusted: ${reason}` });
const maySign = basicConstraints({ authority: true });
const noSigner = untrusted("a certificate above it may not sign certificates");

describe("who may sign", () => {
  it.each<[string, CertificateOptions, unknown]>([
    ["an authority", { authority: true }, trusted],
    ["no authority", {}, noSigner],
    ["one without basic constraints", { extensions: [keyUsage(5)] }, noSigner],
    ["one of version 1", { version: 1 }, noSigner],
    ["an authority with key usage to sign", { extensions: [maySign, keyUsage(5, 6)] }, trusted],
    ["an authority with another key usage", { extensions: [maySign, keyUsage(0, 6)] }, noSigner],
    [
      "one with a critical extension that nobody knows",
      { extensions: [maySign, extension("1.2.3", Buffer.from([5, 0]), { critical: true })] },
      untrusted("a certificate above it has a critical extension that is not understood"),
    ],
    [
      "one with an extension that nobody knows",
      { extensions: [maySign, extension("1.2.3", Buffer.from([5, 0]))] },
      trusted,
    ],
  ])("an intermediate certificate: %s", (_row, options, verdict) => {
    expect(below(options)).toEqual(verdict);
  });

  it.each<[string, CertificateOptions, unknown]>([
    ["an authority", { authority: true }, trusted],
    ["one of version 1", { version: 1 }, trusted],
    ["one that does not say", { extensions: [] }, trusted],
    ["one that says no", {}, noSigner],
    ["one with another key usage", { extensions: [maySign, keyUsage(0)] }, noSigner],
    ["an expired authority", { authority: true, notAfter: new Date("2020-01-01") }, trusted],
  ])("a root: %s", (_row, options, verdict) => {
    const authority = issueCertificate("some root", options);
    expect(verdictOf(issueCertificate("leaf", { issuer: authority }), [], [authority])).toEqual(verdict);
  });

  it("no certificate of an authority is one of an end entity", () => {
    const verdict = untrusted("it is the certificate of an authority, not of an end entity");
    expect(verdictOf(issueCertificate("leaf", { issuer: root, authority: true }))).toEqual(verdict);
    expect(verdictOf(root)).toEqual(verdict);
  });

  it.each([
    [0, 0, trusted],
    [0, 1, untrusted("the path is longer than allowed")],
    [1, 1, trusted],
    [1, 2, untrusted("the path is longer than allowed")],
  ])("path length %i with %i authorities below", (pathLength, count, verdict) => {
    const authorities = [issueCertificate("a0", { issuer: root, authority: true, pathLength })];
    for (let index = 1; index <= count; index++) {
      authorities.push(issueCertificate(`a${index}`, { issuer: authorities.at(-1)!, authority: true }));
    }
    expect(verdictOf(issueCertificate("leaf", { issuer: authorities.at(-1)! }), authorities)).toEqual(
      verdict,
    );
  });

  it.each([
    [6, trusted],
    [7, unknown],
  ])("a path of %i intermediates", (count, verdict) => {
    const authorities: TestAuthority[] = [];
    for (let index = 0; index < count; index++) {
      authorities.push(
        issueCertificate(`n${index}`, { issuer: authorities.at(-1) ?? root, authority: true }),
      );
    }
    expect(verdictOf(issueCertificate("leaf", { issuer: authorities.at(-1)! }), authorities)).toEqual(
      verdict,
    );
  });
});

describe("how it is signed", () => {
  const notAccepted = untrusted("a signature uses an algorithm or a key that is not accepted");
  it.each<[string, CertificateOptions, CertificateOptions, unknown]>([
    ["P-256 and SHA-256", { keyType: "P-256" }, {}, trusted],
    ["P-256 and SHA-512", { keyType: "P-256" }, { hash: "sha512" }, trusted],
    ["P-384 and SHA-384", { keyType: "P-384" }, { hash: "sha384" }, trusted],
    ["P-521 and SHA-512", { keyType: "P-521" }, { hash: "sha512" }, trusted],
    ["Ed25519", { keyType: "ed25519" }, {}, trusted],
    ["RSA of 2048 bits and SHA-256", { keyType: "rsa-2048" }, {}, trusted],
    ["RSA-PSS", { keyType: "rsa-2048" }, { pss: true, hash: "sha384" }, trusted],
    ["RSA of 1024 bits", { keyType: "rsa-1024" }, {}, notAccepted],
    ["RSA and SHA-1", { keyType: "rsa-2048" }, { hash: "sha1" }, notAccepted],
    ["RSA and MD5", { keyType: "rsa-2048" }, { hash: "md5" }, notAccepted],
    ["ECDSA and SHA-1", { keyType: "P-256" }, { hash: "sha1" }, notAccepted],
    ["P-224", { keyType: "P-224" }, {}, notAccepted],
    ["a curve that is not known", { keyType: "secp256k1" }, {}, unknown],
  ])("%s", (_row, authorityOptions, leafOptions, verdict) => {
    const authority = issueCertificate("signer", { authority: true, ...authorityOptions });
    const leaf = issueCertificate("leaf", { issuer: authority, ...leafOptions });
    expect(verdictOf(leaf, [], [authority])).toEqual(verdict);
  });

  it("any changed byte makes a certificate untrusted, or none at all", () => {
    const leaf = issueCertificate("leaf", { issuer: root });
    const position = fc.nat({ max: leaf.der.length - 1 });
    fc.assert(
      fc.property(position, fc.integer({ min: 1, max: 255 }), (index, change) => {
        const changed = Uint8Array.from(leaf.der);
        changed[index]! ^= change;
        let verdict: TrustVerdict | undefined;
        try {
          verdict = verdictOf({ ...leaf, der: changed });
        } catch (error) {
          expect(error).toMatchObject({ name: "X509Error" });
        }
        expect(verdict?.trusted ?? false).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});

describe("name constraints", () => {
  const dns = (name: string) => der(0x82, Buffer.from(name));
  const email = (name: string) => der(0x81, Buffer.from(name));
  const uri = (name: string) => der(0x86, Buffer.from(name));
  const ip = (...bytes: number[]) => der(0x87, Buffer.from(bytes));
  const directory = der(0xa4, der(0x30));

  it.each<[string, Parameters<typeof nameConstraints>[0], Buffer, boolean]>([
    ["a domain", { permitted: [dns("example.com")] }, dns("www.EXAMPLE.com"), true],
    ["the domain itself", { permitted: [dns("example.com")] }, dns("example.com"), true],
    ["another domain", { permitted: [dns("example.com")] }, dns("badexample.com"), false],
    ["one of two domains", { permitted: [dns("a.com"), dns("b.com")] }, dns("b.com"), true],
    ["below a dot", { permitted: [dns(".example.com")] }, dns("www.example.com"), true],
    ["not below a dot", { permitted: [dns(".example.com")] }, dns("example.com"), false],
    ["everything", { permitted: [dns("")] }, dns("example.com"), true],
    ["nothing", { excluded: [dns("")] }, dns("example.com"), false],
    ["an excluded domain", { excluded: [dns("example.com")] }, dns("www.example.com"), false],
    [
      "a wildcard above an excluded name",
      { excluded: [dns("www.example.com")] },
      dns("*.example.com"),
      false,
    ],
    [
      "a wildcard beside an excluded name",
      { excluded: [dns("a.b.example.com")] },
      dns("*.example.com"),
      true,
    ],
    ["an unlike kind of name", { permitted: [dns("example.com")] }, ip(10, 0, 0, 1), true],
    ["a network", { permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(10, 1, 2, 3), true],
    ["another network", { permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(11, 1, 2, 3), false],
    [
      "a network of the other family",
      { permitted: [ip(10, 0, 0, 0, 255, 0, 0, 0)] },
      ip(...Array(16).fill(0)),
      false,
    ],
    ["an excluded network", { excluded: [ip(10, 0, 0, 0, 255, 0, 0, 0)] }, ip(10, 1, 2, 3), false],
    ["an address", { permitted: [email("jane@example.com")] }, email("jane@EXAMPLE.com"), true],
    [
      "an address in other letters",
      { permitted: [email("jane@example.com")] },
      email("Jane@example.com"),
      false,
    ],
    ["an address in a domain", { permitted: [email("example.com")] }, email("jane@example.com"), true],
    ["what is no address", { permitted: [email("example.com")] }, email("jane"), false],
    ["a host", { permitted: [uri("example.com")] }, uri("spiffe://www.example.com/x"), true],
    ["another host", { permitted: [uri("example.com")] }, uri("https://example.com@evil.test:80/"), false],
    ["a URI without a host", { permitted: [uri("example.com")] }, uri("urn:example.com"), false],
    ["a URI with an IP address", { excluded: [uri("example.com")] }, uri("https://10.0.0.1/"), false],
    ["a kind of name that cannot be compared", { permitted: [directory] }, dns("example.com"), false],
    ["the same, excluded", { excluded: [directory] }, dns("example.com"), false],
  ])("%s", (_row, constraints, name, isTrusted) => {
    const authority = { extensions: [maySign, nameConstraints(constraints)] };
    const leaf = { extensions: [alternativeNames(name)] };
    expect(below(authority, leaf).trusted).toBe(isTrusted);
  });

  it("of a root hold for everything below it", () => {
    const narrow = issueCertificate("narrow", {
      extensions: [maySign, nameConstraints({ permitted: [dns("example.com")] })],
    });
    const middle = issueCertificate("middle", { issuer: narrow, authority: true });
    expect(verdictOf(issueCertificate("leaf", { issuer: middle }), [middle], [narrow]).trusted).toBe(false);
  });

  it("are compared a bounded number of times", () => {
    const many = (count: number) => Array.from({ length: count }, (_, index) => dns(`${index}.test`));
    const authority = { extensions: [maySign, nameConstraints({ excluded: many(1000) })] };
    const leaf = { extensions: [alternativeNames(...many(1000).map((_, index) => dns(`${index}.example`)))] };
    expect(below(authority, leaf)).toEqual(untrusted("more than 250000 comparisons with name constraints"));
  });
});

describe("hostile chains", () => {
  it("many authorities of one name and different keys end the search", () => {
    const names = Array.from({ length: 150 }, () => issueCertificate("root", { authority: true }));
    const leaf = issueCertificate("leaf", { issuer: root });
    expect(verdictOf(leaf, names)).toEqual(trusted);
    const impostor = issueCertificate("root", { authority: true });
    expect(verdictOf(leaf, names, [impostor])).toEqual(untrusted("more than 100 certificates to try"));
  });

  it("authorities that sign each other end the search", () => {
    const keys = Array.from({ length: 8 }, (_, index) => issueCertificate(`m${index}`, { authority: true }));
    const crossed = keys.flatMap((subject) =>
      keys.map((issuer) => issueCertificate(subject.name, { issuer, authority: true, keys: subject.keys })),
    );
    const leaf = issueCertificate("leaf", { issuer: keys[0]! });
    expect(verdictOf(leaf, crossed).trusted).toBe(false);
  });

  it("certificates without names lead nowhere by themselves", () => {
    const leaf = issueCertificate("", {});
    expect(verdictOf(leaf, [leaf])).toEqual(unknown);
  });
});
