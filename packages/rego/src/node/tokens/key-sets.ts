import {
  keyObjectOf,
  type PublicKeyInfo,
  parseCertificate,
  parsePublicKeyInfo,
  pemBlocks,
  readPublicKey,
} from "@kubewarden-ts/x509";
import { parseGoJson } from "../../core/go/json.ts";
import { memberOf } from "../../core/operands.ts";
import { isArray, isObject, type RegoValue } from "../../core/value.ts";
import { BuiltinError, RegoError } from "../../errors.ts";
import { readGoCertificate } from "../certificates/go-certificate.ts";
import { fromX509Error } from "../x509-errors.ts";
import { algorithmOf, type TokenKey } from "./algorithms.ts";
import { readJwk, type TokenJwk } from "./json-web-key.ts";

/** A key that tokens may be checked with. */
export interface VerificationKey {
  /** The algorithm it is for; empty when it does not say. */
  readonly algorithm: string;
  /** Empty when it has none. */
  readonly keyId: string;
  readonly key: TokenKey;
}

/** Keys of one set. */
const maxKeys = 1000;

/**
 * The keys of a text: one certificate or public key in PEM, a JSON Web Key, or a set of those.
 * @throws {BuiltinError}, {RegoError} `REGO_LIMIT`
 */
export function verificationKeysOf(text: string): VerificationKey[] {
  const pem = pemKey(Buffer.from(text));
  if (pem !== undefined) return [{ algorithm: "", keyId: "", key: pem }];
  const keys = jwksOf(text).map((jwk) => ({ ...jwk, key: jwk.toKey() }));
  return keys.filter(({ algorithm }) => algorithm === "" || algorithmOf(algorithm) !== undefined);
}

/** The keys of a JSON Web Key, or of a set of them. @throws {BuiltinError}, {RegoError} `REGO_LIMIT` */
export function jwksOf(text: string): TokenJwk[] {
  const value = parseGoJson(text);
  const keys = isObject(value) ? memberOf(value, "keys") : undefined;
  return keys === undefined ? [readJwk(value)] : readKeys(keys);
}

function readKeys(keys: RegoValue): TokenJwk[] {
  if (!isArray(keys)) throw new BuiltinError('failed to parse a JWK key (set): "keys" must be a list');
  if (keys.length > maxKeys) {
    throw new RegoError(`more than ${maxKeys} keys in a set`, { code: "REGO_LIMIT" });
  }
  return keys.map(readJwk);
}

function pemKey(bytes: Uint8Array): TokenKey | undefined {
  const block = pemBlocks(bytes).next().value;
  if (block === undefined) return undefined;
  if (block.end < bytes.length) throw new BuiltinError("extra data after a PEM certificate block");
  try {
    return certifiedKey(block.label, block.bytes);
  } catch (error) {
    throw fromX509Error(error);
  }
}

function certifiedKey(label: string, der: Uint8Array): TokenKey {
  switch (label) {
    case "CERTIFICATE": {
      const { certificate } = readGoCertificate(parseCertificate(der));
      return tokenKey(certificate.publicKeyInfo);
    }
    case "PUBLIC KEY": {
      const info = parsePublicKeyInfo(der);
      if (readPublicKey(info) === undefined) throw new BuiltinError("unknown public key algorithm");
      return tokenKey(info);
    }
    default:
      throw new BuiltinError("failed to extract a Key from the PEM certificate");
  }
}

function tokenKey(info: PublicKeyInfo): TokenKey {
  const key = readPublicKey(info);
  const signs = key?.kind === "rsa" || key?.kind === "ec" || key?.kind === "ed25519";
  if (!signs) return { kind: "other" };
  try {
    return { kind: "public", key, object: keyObjectOf(key), hasPrivate: false };
  } catch {
    return { kind: "other" }; // numbers that OpenSSL makes nothing of: no signature is right
  }
}
