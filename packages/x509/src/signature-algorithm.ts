import { constructedTag, derReader, enter, isAtEnd, tags } from "./der/reader.ts";
import { readNumber } from "./der/values.ts";
import { X509Error } from "./errors.ts";
import { type AlgorithmIdentifier, readAlgorithmIdentifier } from "./public-key.ts";

/** How a certificate is signed. Names are those of OpenSSL and of Go alike. */
export type SignatureAlgorithm =
  | { readonly kind: "rsa" | "rsa-pss" | "dsa" | "ecdsa"; readonly hash: SignatureHash }
  | { readonly kind: "ed25519" };

export type SignatureHash = "md5" | "sha1" | "sha256" | "sha384" | "sha512";

const algorithms: Readonly<Record<string, SignatureAlgorithm>> = {
  "1.2.840.113549.1.1.4": { kind: "rsa", hash: "md5" },
  "1.2.840.113549.1.1.5": { kind: "rsa", hash: "sha1" },
  "1.3.14.3.2.29": { kind: "rsa", hash: "sha1" },
  "1.2.840.113549.1.1.11": { kind: "rsa", hash: "sha256" },
  "1.2.840.113549.1.1.12": { kind: "rsa", hash: "sha384" },
  "1.2.840.113549.1.1.13": { kind: "rsa", hash: "sha512" },
  "1.2.840.10040.4.3": { kind: "dsa", hash: "sha1" },
  "2.16.840.1.101.3.4.3.2": { kind: "dsa", hash: "sha256" },
  "1.2.840.10045.4.1": { kind: "ecdsa", hash: "sha1" },
  "1.2.840.10045.4.3.2": { kind: "ecdsa", hash: "sha256" },
  "1.2.840.10045.4.3.3": { kind: "ecdsa", hash: "sha384" },
  "1.2.840.10045.4.3.4": { kind: "ecdsa", hash: "sha512" },
};

const ed25519 = "1.3.101.112";
const rsaPss = "1.2.840.113549.1.1.10";
const mgf1 = "1.2.840.113549.1.1.8";

const pssHashes: Readonly<Record<string, { hash: SignatureHash; saltBytes: number }>> = {
  "2.16.840.1.101.3.4.2.1": { hash: "sha256", saltBytes: 32 },
  "2.16.840.1.101.3.4.2.2": { hash: "sha384", saltBytes: 48 },
  "2.16.840.1.101.3.4.2.3": { hash: "sha512", saltBytes: 64 },
};

/** What an identifier stands for; `undefined` when it is not known, or has parameters that it may not have. */
export function signatureAlgorithmOf(identifier: AlgorithmIdentifier): SignatureAlgorithm | undefined {
  const { algorithm, parameters } = identifier;
  if (algorithm === ed25519) return parameters === undefined ? { kind: "ed25519" } : undefined;
  if (algorithm !== rsaPss) return algorithms[algorithm];
  try {
    return pssAlgorithm(parameters ?? new Uint8Array());
  } catch (error) {
    if (!(error instanceof X509Error)) throw error;
    return undefined;
  }
}

/** RSA-PSS comes in three forms: one hash function for everything, a salt of its length, nothing unusual (RFC 4055 3.1). */
function pssAlgorithm(parameters: Uint8Array): SignatureAlgorithm | undefined {
  const what = "parameters of RSA-PSS";
  const reader = enter(derReader(parameters), tags.sequence, what);
  const inner = (number: number) => enter(reader, constructedTag(number), what);
  const hash = readAlgorithmIdentifier(enter(inner(0), tags.sequence, what), what);
  const mask = readAlgorithmIdentifier(enter(inner(1), tags.sequence, what), what);
  const saltBytes = readNumber(inner(2), what);
  const trailer = isAtEnd(reader) ? 1 : readNumber(inner(3), what);
  const maskReader = enter(derReader(mask.parameters ?? new Uint8Array()), tags.sequence, what);
  const maskHash = readAlgorithmIdentifier(maskReader, what);
  const known = pssHashes[hash.algorithm];
  const isPlain =
    mask.algorithm === mgf1 &&
    maskHash.algorithm === hash.algorithm &&
    hasNoParameters(hash) &&
    hasNoParameters(maskHash) &&
    trailer === 1;
  return isPlain && known?.saltBytes === saltBytes ? { kind: "rsa-pss", hash: known.hash } : undefined;
}

function hasNoParameters({ parameters }: AlgorithmIdentifier): boolean {
  return parameters === undefined || parameters.toHex() === "0500";
}
