import * as v from "valibot";
import { ask } from "./answer.ts";
import { byteNumbers } from "./byte-numbers.ts";

/** What all verifications are given. */
export interface VerificationOptions {
  /** Annotations the signatures must have; more are allowed. */
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An image that is signed as it was asked for. */
export interface VerifiedImage {
  /** Of the manifest that is signed, like `sha256:<hex>`: use the image by it. */
  readonly digest: string;
}

/** A host says of a failed verification that it failed; `false` here comes from none we know. */
const Answer = v.object({ is_trusted: v.literal(true), digest: v.string() });

// All of them are `oci/v2/verify`. Everything listed must hold: each key, each identity.

/**
 * Verifies an image with public keys.
 * @param keys - in PEM; the image must be signed with every one
 * @throws {HostCallError} when it is not granted, or the image is not signed like this
 * @example host.sigstore.verifyPublicKeys("ghcr.io/acme/app:v1", [settings.key]).digest
 */
export function verifyPublicKeys(
  image: string,
  keys: readonly string[],
  { annotations }: VerificationOptions = {},
): VerifiedImage {
  return verify({ type: "SigstorePubKeyVerify", image, pub_keys: keys, annotations });
}

/** Verifies an image that is signed without keys: issuer and subject are compared exactly. @throws {HostCallError} */
export function verifyKeyless(
  image: string,
  identities: readonly { readonly issuer: string; readonly subject: string }[],
  { annotations }: VerificationOptions = {},
): VerifiedImage {
  const keyless = identities.map(({ issuer, subject }) => ({ issuer, subject }));
  return verify({ type: "SigstoreKeylessVerify", image, keyless, annotations });
}

/**
 * As `verifyKeyless`, for subjects that begin with a URL: `https://github.com/acme` stands for everything below it.
 * @throws {HostCallError}
 */
export function verifyKeylessPrefix(
  image: string,
  identities: readonly { readonly issuer: string; readonly urlPrefix: string }[],
  { annotations }: VerificationOptions = {},
): VerifiedImage {
  const prefixes = identities.map(({ issuer, urlPrefix }) => ({ issuer, url_prefix: urlPrefix }));
  return verify({ type: "SigstoreKeylessPrefixVerify", image, keyless_prefix: prefixes, annotations });
}

/**
 * Verifies an image that is signed by GitHub Actions of an owner, or of one repository.
 * @throws {HostCallError}
 */
export function verifyGithubActions(
  image: string,
  { owner, repo }: { readonly owner: string; readonly repo?: string | undefined },
  { annotations }: VerificationOptions = {},
): VerifiedImage {
  return verify({ type: "SigstoreGithubActionsVerify", image, owner, repo, annotations });
}

/** A certificate that signs images. */
export interface SigningCertificate {
  /** In PEM. */
  readonly certificate: string | Uint8Array;
  /** In PEM, the root last. Without a chain the certificate itself is trusted. */
  readonly chain?: readonly (string | Uint8Array)[] | undefined;
  /** Whether the signature must be in the transparency log, with a time at which the certificate was valid. */
  readonly requireRekorBundle: boolean;
}

/** Verifies an image with a certificate. @throws {HostCallError} */
export function verifyCertificate(
  image: string,
  { certificate, chain, requireRekorBundle }: SigningCertificate,
  { annotations }: VerificationOptions = {},
): VerifiedImage {
  return verify({
    type: "SigstoreCertificateVerify",
    image,
    certificate: byteNumbers(certificate),
    certificate_chain: chain?.map(byteNumbers),
    require_rekor_bundle: requireRekorBundle,
    annotations,
  });
}

function verify(payload: object): VerifiedImage {
  const { digest } = ask({ namespace: "oci", operation: "v2/verify" }, payload, Answer);
  return { digest };
}
