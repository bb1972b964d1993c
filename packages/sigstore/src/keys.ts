import { createPublicKey, type KeyObject, verify } from "node:crypto";
import { pemBlocks } from "@kubewarden-ts/x509";
import { p256, p384 } from "@noble/curves/nist.js";
import { SigstoreError } from "./errors.ts";
import { quoted } from "./quoted.ts";

const minRsaBits = 2048;

/** How keys of each kind sign: the digests that are tried, `null` where the kind has its own (kwctl-and-oci 16.3). */
const digestsOfCurves: Readonly<Record<string, readonly string[]>> = {
  prime256v1: ["sha256"],
  // by the book SHA-384; cosign has signed with SHA-256
  secp384r1: ["sha384", "sha256"],
};

/**
 * Reads a public key in PEM: P-256, P-384, Ed25519, or RSA with 2048 bits or more.
 * @throws {SigstoreError} `SIGSTORE_KEY_INVALID`
 */
export function parsePublicKey(pem: string): KeyObject {
  const block = pemBlocks(Buffer.from(pem)).next().value;
  if (block?.label !== "PUBLIC KEY") {
    const found = block === undefined ? "no PEM block" : `a PEM block ${quoted(block.label)}`;
    throw invalidKey(`a public key in PEM is expected ("PUBLIC KEY"), this is ${found}`);
  }
  const key = publicKeyOf(block.bytes);
  digestsFor(key);
  return key;
}

/**
 * Whether the private key of `key` signed `content`. Which digest was used, the kind of the key says, not who signed.
 * @throws {SigstoreError} `SIGSTORE_KEY_INVALID` for a kind of key that nothing is signed with
 */
export function isSignedBy(key: KeyObject, content: Uint8Array, signature: Uint8Array): boolean {
  return digestsFor(key).some((digest) => {
    try {
      return verify(digest, content, key, signature);
    } catch {
      return false; // bytes that are no signature of this kind
    }
  });
}

/**
 * Whether the private key of `key` signed something with this SHA-256. Node.js verifies no digests; those of elliptic curves
 * are verified by a library.
 * @throws {SigstoreError} `SIGSTORE_KEY_INVALID` for other kinds of keys
 */
export function isDigestSignedBy(key: KeyObject, sha256: Uint8Array, signature: Uint8Array): boolean {
  digestsFor(key);
  const { crv, x, y } = key.asymmetricKeyType === "ec" ? key.export({ format: "jwk" }) : {};
  const curve = crv === undefined ? undefined : curves.get(crv);
  if (curve === undefined || x === undefined || y === undefined) {
    throw invalidKey(
      `a signature with a key of kind ${key.asymmetricKeyType} cannot be verified by the digest of what is signed: give the artifact`,
    );
  }
  const point = Buffer.concat([Buffer.of(4), Buffer.from(x, "base64url"), Buffer.from(y, "base64url")]);
  try {
    return curve.verify(signature, sha256, point, { prehash: false, format: "der", lowS: false });
  } catch {
    return false; // bytes that are no signature of this kind
  }
}

/** By their names in JSON Web Keys. */
const curves = new Map([
  ["P-256", p256],
  ["P-384", p384],
]);

/** A key in the one form that can be compared: SubjectPublicKeyInfo in DER. */
export function encodedKey(key: KeyObject): Buffer {
  return key.export({ format: "der", type: "spki" });
}

function publicKeyOf(der: Uint8Array): KeyObject {
  try {
    return createPublicKey({ key: Buffer.from(der), format: "der", type: "spki" });
  } catch (cause) {
    throw invalidKey("the public key cannot be read", { cause });
  }
}

function digestsFor(key: KeyObject): readonly (string | null)[] {
  const { namedCurve = "", modulusLength = 0 } = key.asymmetricKeyDetails ?? {};
  const kind = key.asymmetricKeyType;
  if (kind === "ed25519") return [null];
  if (kind === "rsa" && modulusLength >= minRsaBits) return ["sha256"];
  const digests =
    kind === "ec" && Object.hasOwn(digestsOfCurves, namedCurve) ? digestsOfCurves[namedCurve] : [];
  if (digests !== undefined && digests.length > 0) return digests;
  const size =
    kind === "rsa" ? ` of ${modulusLength} bits` : kind === "ec" ? ` of the curve ${namedCurve}` : "";
  throw invalidKey(`signatures are not verified with a key of kind ${kind}${size}`);
}

function invalidKey(message: string, options: ErrorOptions = {}): SigstoreError {
  return new SigstoreError(message, { ...options, code: "SIGSTORE_KEY_INVALID" });
}
