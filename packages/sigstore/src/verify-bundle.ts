import { createHash } from "node:crypto";
import type { Bundle } from "@sigstore/bundle";
import { readBundle } from "./bundle/read-bundle.ts";
import { statementOf, subjectWith } from "./bundle/statement.ts";
import { invalidSignature } from "./errors.ts";
import { parsePublicKey } from "./keys.ts";
import { quoted } from "./quoted.ts";
import type { TrustMaterial } from "./trust/trust-material.ts";
import type { Artifact } from "./verify/signed-content.ts";
import { signerIdentityOf } from "./verify/signer-identity.ts";
import { verifyByCertificate, verifyByKey } from "./verify/verify-entity.ts";

/** A bundle, what it is to be a signature of, and by whom. */
export interface BundleQuestion {
  /** JSON: a Sigstore bundle of version 0.1 to 0.3 */
  readonly bundle: Uint8Array;
  /** The bytes, or `sha256:<hex>`, which is enough for statements and for keys of elliptic curves. */
  readonly artifact: { readonly bytes: Uint8Array } | { readonly digest: string };
  /** Exactly whom the certificate is for, or the key as PEM. */
  readonly signer: { readonly identity: string; readonly issuer: string } | { readonly key: string };
  readonly trust: TrustMaterial;
}

/**
 * Checks one bundle; returns only when it holds, with an entry of a transparency log.
 * @throws {SigstoreError} `SIGSTORE_BUNDLE_INVALID`, `SIGSTORE_SIGNATURE_INVALID`, `SIGSTORE_KEY_INVALID`
 * @example verifyBundle({ bundle, artifact: { bytes }, signer: { identity, issuer }, trust: parseTrustedRoot(text) });
 */
export function verifyBundle({ bundle: json, artifact, signer, trust }: BundleQuestion): void {
  const bundle = readBundle(json);
  const bytes = artifactOf(bundle, artifact);
  if ("key" in signer) verifyKeyBundle(bundle, bytes, { key: signer.key, trust });
  else verifyCertificateBundle(bundle, bytes, { ...signer, trust });
}

const noBytes = Buffer.alloc(0);

/** What is signed; of a statement, what it is about is compared here. */
function artifactOf(bundle: Bundle, artifact: BundleQuestion["artifact"]): Artifact {
  if (bundle.content.$case === "dsseEnvelope") {
    subjectWith("digest" in artifact ? artifact.digest : sha256Of(artifact.bytes), statementOf(bundle));
    return noBytes;
  }
  if ("bytes" in artifact) return Buffer.from(artifact.bytes);
  const hex = /^sha256:([0-9a-f]{64})$/.exec(artifact.digest)?.[1];
  if (hex !== undefined) return { sha256: Buffer.from(hex, "hex") };
  throw invalidSignature(`the digest of the artifact must be "sha256:" and 64 hexadecimal digits`);
}

function sha256Of(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}

function verifyKeyBundle(
  bundle: Bundle,
  artifact: Artifact,
  { key, trust }: { key: string; trust: TrustMaterial },
): void {
  if (bundle.verificationMaterial.content.$case !== "publicKey") {
    throw invalidSignature("the bundle is of a certificate, not of a key");
  }
  verifyByKey(bundle, artifact, { key: parsePublicKey(key), trust, minEntries: 1 });
}

function verifyCertificateBundle(
  bundle: Bundle,
  artifact: Artifact,
  wanted: { identity: string; issuer: string; trust: TrustMaterial },
): void {
  const { trust } = wanted;
  const needsSct = trust.ctlogs.length > 0;
  const { subject, issuer } = signerIdentityOf(verifyByCertificate(bundle, artifact, { trust, needsSct }));
  if (subject.text !== wanted.identity) {
    throw invalidSignature(`the signer is ${quoted(subject.text)}`);
  }
  if (issuer !== wanted.issuer) throw invalidSignature(`the issuer is ${quoted(issuer ?? "")}`);
}
