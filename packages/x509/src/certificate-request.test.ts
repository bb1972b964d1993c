import { sign } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseCertificateRequest, requestedExtensions } from "./certificate-request.ts";
import { X509Error } from "./errors.ts";
import {
  readAuthorityInformation,
  readCertificatePolicies,
  readCrlDistributionPoints,
} from "./further-extensions.ts";
import { bits, der, octets, oid, sequence, set, smallInteger, utf8 } from "./testing/der.ts";
import { extension, issueCertificate } from "./testing/index.ts";

const { keys } = issueCertificate("any");
const extensionRequest = "1.2.840.113549.1.9.14";

function request(...attributes: readonly Buffer[]): Buffer {
  const toBeSigned = sequence(
    smallInteger(0),
    sequence(set(sequence(oid("2.5.4.3"), utf8("x.test")))),
    keys.publicKey.export({ type: "spki", format: "der" }),
    der(0xa0, ...attributes),
  );
  const algorithm = sequence(oid("1.2.840.10045.4.3.2"));
  return sequence(toBeSigned, algorithm, bits(sign("sha256", toBeSigned, keys.privateKey)));
}

const names = extension("2.5.29.17", sequence(der(0x82, Buffer.from("a.test"))));

describe("parseCertificateRequest", () => {
  it("reads a request and the extensions it asks for", () => {
    const password = sequence(oid("1.2.840.113549.1.9.7"), set(utf8("secret")));
    const bytes = request(
      password,
      sequence(oid(extensionRequest), set(sequence(names))),
      octets(Buffer.alloc(2)),
    );
    const read = parseCertificateRequest(bytes);
    expect(read).toMatchObject({ version: 0, signatureAlgorithm: { algorithm: "1.2.840.10045.4.3.2" } });
    expect(read.attributes).toHaveLength(3);
    expect(requestedExtensions(read)).toMatchObject([{ id: "2.5.29.17", critical: false }]);
  });

  it("refuses one with more behind it, and extensions that stand twice", () => {
    expect(() => parseCertificateRequest(Buffer.concat([request(), Buffer.alloc(1)]))).toThrow(
      "there is more behind the certificate request",
    );
    const attribute = sequence(oid(extensionRequest), set(sequence(names)));
    expect(() => requestedExtensions(parseCertificateRequest(request(attribute, attribute)))).toThrow(
      "the extension 2.5.29.17 is asked for twice",
    );
  });

  it("any changed bytes give a request or X509Error", () => {
    const bytes = request(sequence(oid(extensionRequest), set(sequence(names))));
    const position = fc.nat({ max: bytes.length });
    fc.assert(
      fc.property(position, fc.nat({ max: 3 }), fc.uint8Array({ maxLength: 3 }), (start, removed, added) => {
        try {
          const changed = [bytes.subarray(0, start), added, bytes.subarray(start + removed)];
          requestedExtensions(parseCertificateRequest(Buffer.concat(changed)));
        } catch (error) {
          expect(error).toBeInstanceOf(X509Error);
        }
      }),
      { numRuns: 2000 },
    );
  });
});

describe("further extensions", () => {
  it("are read, or X509Error says no", () => {
    const readers = [readCrlDistributionPoints, readAuthorityInformation, readCertificatePolicies];
    const element = fc.letrec<{ any: Buffer }>((tie) => ({
      any: fc.oneof(
        { maxDepth: 5 },
        fc.constantFrom(oid("1.3.6.1.5.5.7.48.1"), der(0x86, Buffer.from("x")), octets(Buffer.alloc(1))),
        fc
          .tuple(fc.constantFrom(0x30, 0xa0), fc.array(tie("any"), { maxLength: 3 }))
          .map(([tag, items]) => der(tag, ...items)),
      ),
    })).any;
    fc.assert(
      fc.property(fc.constantFrom(...readers), element, (read, value) => {
        try {
          read(value);
        } catch (error) {
          expect(error).toBeInstanceOf(X509Error);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
