import { X509Certificate } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MAX_CERTIFICATE_BYTES, parseCertificate, parseCertificates } from "./certificate.ts";
import { X509Error } from "./errors.ts";
import { loadMozillaRoots } from "./mozilla-roots.ts";
import { readPathCertificate } from "./path-certificate.ts";
import { der, utf8 } from "./testing/der.ts";
import { alternativeNames, issueCertificate } from "./testing/index.ts";

const root = issueCertificate("root", { authority: true, pathLength: 3 });
const leaf = issueCertificate("leaf", { issuer: root, notAfter: new Date("2055-05-05T05:05:05Z") });

describe("parseCertificate", () => {
  it("reads what OpenSSL reads", () => {
    for (const certificate of [parseCertificate(leaf.der), ...loadMozillaRoots()]) {
      const other = new X509Certificate(certificate.raw);
      expect(certificate.serialNumber).toBe(BigInt(`0x${other.serialNumber}`));
      expect(certificate.notBefore.epochMs).toBe(other.validFromDate.getTime());
      expect(certificate.notAfter.epochMs).toBe(other.validToDate.getTime());
      const { basicConstraints, key } = readPathCertificate(certificate);
      expect(basicConstraints?.isAuthority ?? false).toBe(other.ca);
      expect(key?.kind).toBe(other.publicKey.asymmetricKeyType);
    }
  });

  it("reads certificates behind each other", () => {
    const both = parseCertificates(Buffer.concat([root.der, leaf.der]));
    expect(both.map(({ subject }) => subject.attributes)).toEqual([
      [{ type: "2.5.4.3", value: "root" }],
      [{ type: "2.5.4.3", value: "leaf" }],
    ]);
    expect(parseCertificates(new Uint8Array())).toEqual([]);
  });

  it("refuses certificates that are too large", () => {
    const name = der(0x82, Buffer.alloc(MAX_CERTIFICATE_BYTES, 0x61));
    const large = issueCertificate("large", { extensions: [alternativeNames(name)] });
    expect(() => parseCertificate(large.der)).toThrow(expect.objectContaining({ code: "X509_LIMIT" }));
  });

  it("refuses an extension that stands twice", () => {
    const names = alternativeNames(der(0x82, Buffer.from("a.test")));
    const twice = issueCertificate("twice", { extensions: [names, names] });
    expect(() => parseCertificate(twice.der)).toThrow("the extension 2.5.29.17 stands twice");
  });

  it.each([
    ["no string", der(0x02, Buffer.from([1]))],
    ["bytes that are no UTF-8", der(0x0c, Buffer.from([0xff]))],
    ["characters that a PrintableString may not have", der(0x13, Buffer.from("a@b"))],
    ["half a character", der(0x1e, Buffer.from([0]))],
    ["half a surrogate pair", der(0x1e, Buffer.from([0xd8, 0]))],
  ])("refuses a name with %s", (_row, value) => {
    expect(() => parseCertificate(withName(value))).toThrow("malformed issuer");
  });

  it.each([
    ["T61String", der(0x14, Buffer.from([0xe9])), "é"],
    ["BMPString", der(0x1e, Buffer.from([0x01, 0x42, 0, 0])), "ł"],
    ["NumericString", der(0x12, Buffer.from("1 2")), "1 2"],
    ["IA5String", der(0x16, Buffer.from("a@b")), "a@b"],
    ["UTF8String", utf8("ł"), "ł"],
  ])("reads a name in a %s", (_row, value, text) => {
    expect(parseCertificate(withName(value)).subject.attributes[0]?.value).toBe(text);
  });

  /** The certificate of `x`, with another string in both names: what is signed is no longer right. */
  function withName(value: Buffer): Uint8Array {
    const placeholder = "x".repeat(value.length - 2);
    const hex = issueCertificate(placeholder).der.toHex();
    return Uint8Array.fromHex(hex.replaceAll(utf8(placeholder).toHex(), value.toHex()));
  }

  it("any changed bytes give a certificate or X509Error", () => {
    const change = fc.record({
      start: fc.nat({ max: leaf.der.length }),
      removed: fc.nat({ max: 4 }),
      added: fc.uint8Array({ maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        let bytes: Uint8Array = leaf.der;
        for (const { start, removed, added } of changes) {
          bytes = Buffer.concat([bytes.subarray(0, start), added, bytes.subarray(start + removed)]);
        }
        try {
          readPathCertificate(parseCertificate(bytes));
        } catch (error) {
          expect(error).toBeInstanceOf(X509Error);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
