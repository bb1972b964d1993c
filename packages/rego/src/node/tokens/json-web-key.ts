import { parseCertificate, X509Error } from "@kubewarden-ts/x509";
import { memberOf } from "../../core/operands.ts";
import { isArray, isObject, type RegoObject, type RegoValue } from "../../core/value.ts";
import { readGoCertificate } from "../certificates/go-certificate.ts";
import { decodeGoBase64 } from "../go/base64.ts";
import { type JwkMaterial, readMaterial } from "./jwk-material.ts";
import { keyName, malformed, textMember } from "./jwk-members.ts";

/** A key of a set (RFC 7517 section 4), checked; both texts are empty when they are not there. */
export interface TokenJwk extends JwkMaterial {
  readonly algorithm: string;
  readonly keyId: string;
}

// All readers of this file throw `BuiltinError`, for what the Go library that OPA uses refuses.

/** Reads a key; members that are not known do not count. */
export function readJwk(value: RegoValue): TokenJwk {
  if (!isObject(value)) throw malformed("it is no object");
  checkMembers(value);
  const material = readMaterial(value, textMember(value, keyName(value, "kty")) ?? "");
  return { ...material, algorithm: readAlgorithm(value), keyId: textMember(value, "kid") ?? "" };
}

const knownAlgorithms = new Set(
  [
    "ES256 ES256K ES384 ES512 EdDSA Ed25519 HS256 HS384 HS512 none PS256 PS384 PS512 RS256 RS384 RS512",
    "A128GCMKW A128KW A192GCMKW A192KW A256GCMKW A256KW dir ECDH-ES ECDH-ES+A128KW ECDH-ES+A192KW ECDH-ES+A256KW",
    "PBES2-HS256+A128KW PBES2-HS384+A192KW PBES2-HS512+A256KW RSA1_5 RSA-OAEP RSA-OAEP-256 RSA-OAEP-384 RSA-OAEP-512",
    "A128CBC-HS256 A128GCM A192CBC-HS384 A192GCM A256CBC-HS512 A256GCM",
  ].flatMap((names) => names.split(" ")),
);

function readAlgorithm(value: RegoObject): string {
  const name = textMember(value, "alg");
  if (name !== undefined && !knownAlgorithms.has(name)) throw malformed("the algorithm is not known");
  return name ?? "";
}

/** Members that must be right although they are not used. */
function checkMembers(value: RegoObject): void {
  for (const name of ["use", "x5t", "x5t#S256", "x5u"]) textMember(value, name);
  const operations = memberOf(value, "key_ops") ?? null;
  const isList =
    operations === null ||
    (isArray(operations) && operations.every((item) => item === null || typeof item === "string"));
  if (!isList) throw malformed("key_ops must be a list of strings");
  const chain = memberOf(value, "x5c");
  if (chain !== undefined) checkChain(chain);
}

/** Certificates in a chain, and bytes of one. */
const maxChain = 10;

function checkChain(chain: RegoValue): void {
  if (!isArray(chain) || chain.length > maxChain) throw malformed("x5c must be a list of certificates");
  for (const text of chain) {
    if (typeof text !== "string") throw malformed("x5c must be a list of certificates");
    const der = decodeGoBase64(text.replaceAll(/[ \t\r\n\v\f]/g, ""), "Std");
    if (der === undefined) throw malformed("a certificate of x5c is not base64");
    try {
      readGoCertificate(parseCertificate(der));
    } catch (cause) {
      if (!(cause instanceof X509Error)) throw cause;
      throw malformed("a certificate of x5c is malformed");
    }
  }
}
