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
  return signerIdentityOf({ certificate, issuer: "https://login.test" });
}

describe("who signed", () => {
  it.each<[string, readonly Uint8Array[], object]>([
    ["an e-mail address", [email], { kind: "email", text: "alice@example.com" }],
    ["a URI", [uri], { kind: "uri", text: "https://github.com/acme/app" }],
    ["an e-mail address before a URI", [email, uri], { kind: "email", text: "alice@example.com" }],
    ["a URI before an e-mail address", [uri, email], { kind: "uri", text: "https://github.com/acme/app" }],
    ["a URI behind a host", [dns, uri], { kind: "uri", text: "https://github.com/acme/app" }],
  ])("kwctl-and-oci 16.3: is the first name: %s", (_what, names, subject) => {
    const identity = { issuer: "https://login.test", subject, repository: undefined };
    expect(identityOf(alternativeNames(...names))).toEqual(identity);
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
    ["a name that is no text", [alternativeNames(der(0x86, Buffer.from([0xff])))]],
  ])("kwctl-and-oci 4: is nobody with %s", (_what, extensions) => {
    expect(() => identityOf(...extensions)).toThrow(/^the certificate does not say who signed: /);
  });
});
