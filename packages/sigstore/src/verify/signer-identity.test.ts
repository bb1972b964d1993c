import { alternativeNames, der, extension, issueCertificate, utf8 } from "@kubewarden-ts/x509/testing";
import { X509Certificate } from "@sigstore/core";
import { describe, expect, it } from "vitest";
import { signerIdentityOf } from "./signer-identity.ts";

const email = der(0x81, Buffer.from("alice@example.com"));
const uri = der(0x86, Buffer.from("https://github.com/acme/app"));
const dns = der(0x82, Buffer.from("example.com"));
const fulcio = (id: number, value: Uint8Array) => extension(`1.3.6.1.4.1.57264.1.${id}`, value);

function identityOf(...extensions: readonly Uint8Array[]) {
  const certificate = X509Certificate.parse(Buffer.from(issueCertificate("signer", { extensions }).der));
  return signerIdentityOf(certificate);
}

describe("who signed", () => {
  it.each<[string, readonly Uint8Array[], object]>([
    ["an e-mail address", [email], { kind: "email", text: "alice@example.com" }],
    ["a URI", [uri], { kind: "uri", text: "https://github.com/acme/app" }],
    ["an e-mail address before a URI", [email, uri], { kind: "email", text: "alice@example.com" }],
    ["a URI before an e-mail address", [uri, email], { kind: "uri", text: "https://github.com/acme/app" }],
    ["a URI behind a host", [dns, uri], { kind: "uri", text: "https://github.com/acme/app" }],
  ])("kwctl-and-oci 16.3: is the first name: %s", (_what, names, subject) => {
    const identity = { issuer: undefined, subject, repository: undefined };
    expect(identityOf(alternativeNames(...names))).toEqual(identity);
  });

  it.each<[string, readonly Uint8Array[], string | undefined]>([
    ["nobody", [], undefined],
    ["in the first form", [fulcio(1, Buffer.from("https://login.test"))], "https://login.test"],
    ["in the second form", [fulcio(8, utf8("https://login.test"))], "https://login.test"],
    [
      "in both forms, of which the second counts",
      [fulcio(1, Buffer.from("https://other.test")), fulcio(8, utf8("https://login.test"))],
      "https://login.test",
    ],
    ["with other letters than ASCII's", [fulcio(8, utf8("https://lögin.test"))], "https://lögin.test"],
    ["with a byte order mark", [fulcio(1, Buffer.from("\ufeffhttps://a"))], "\ufeffhttps://a"],
  ])("kwctl-and-oci 16.3: the issuer, %s", (_what, extensions, issuer) => {
    expect(identityOf(alternativeNames(uri), ...extensions).issuer).toBe(issuer);
  });

  /** The same text with the highest bit of each byte set: what reads bytes as ASCII takes it away. */
  const disguised = Buffer.from("https://login.test").map((byte) => byte | 0x80);
  it.each<[string, Uint8Array]>([
    ["raw", fulcio(1, disguised)],
    ["in a UTF8String", fulcio(8, der(0x0c, disguised))],
    ["in one letter only", fulcio(1, Buffer.concat([Buffer.of(0xe8), Buffer.from("ttps://login.test")]))],
  ])("kwctl-and-oci 4: is nobody when the issuer is equal in seven of eight bits: %s", (_what, issuer) => {
    expect(() => identityOf(alternativeNames(uri), issuer)).toThrow(
      /^the certificate does not say who signed: /,
    );
  });

  it("kwctl-and-oci 4: is of another issuer when two letters are equal in seven of eight bits", () => {
    const { issuer } = identityOf(alternativeNames(uri), fulcio(8, utf8("https://l\u00f6gin.test")));
    expect(issuer).not.toBe("https://lC6gin.test");
  });

  it.each<[string, readonly Uint8Array[], string | undefined]>([
    ["in the first form", [fulcio(5, Buffer.from("acme/app"))], "acme/app"],
    ["in the second form", [fulcio(12, utf8("https://github.com/acme/app"))], "acme/app"],
    [
      "in both forms, of which the first counts",
      [fulcio(5, Buffer.from("acme/app")), fulcio(12, utf8("https://github.com/acme/other"))],
      "acme/app",
    ],
    ["on another host", [fulcio(12, utf8("https://gitlab.com/acme/app"))], undefined],
  ])("kwctl-and-oci 16.3: the repository, %s", (_what, extensions, repository) => {
    expect(identityOf(alternativeNames(uri), ...extensions).repository).toBe(repository);
  });

  it.each<[string, readonly Uint8Array[]]>([
    ["no names", []],
    ["a host alone", [alternativeNames(dns)]],
    ["a malformed list of names", [extension("2.5.29.17", Buffer.from("none"))]],
    ["a malformed repository", [alternativeNames(uri), fulcio(12, Buffer.from("none"))]],
    ["an issuer of another type", [alternativeNames(uri), fulcio(8, der(0x16, Buffer.from("https://a")))]],
    [
      "an issuer with something after it",
      [alternativeNames(uri), fulcio(8, Buffer.concat([utf8("https://a"), utf8("b")]))],
    ],
    ["an issuer that is no text", [alternativeNames(uri), fulcio(1, Buffer.from([0xe8]))]],
    ["a name that is no text", [alternativeNames(der(0x86, Buffer.from([0xff])))]],
  ])("kwctl-and-oci 4: is nobody with %s", (_what, extensions) => {
    expect(() => identityOf(...extensions)).toThrow(/^the certificate does not say who signed: /);
  });
});
