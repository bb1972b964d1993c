import { HostCallError, host, type VerifiedImage } from "@kubewarden-ts/policy-sdk";
import type { Signature } from "./signature.ts";

/** What came of the verifications of one image. */
export interface ImageResult {
  /** Empty when all succeeded. */
  readonly problems: readonly string[];
  /** Of what was verified. */
  readonly digest: string | undefined;
}

/**
 * Verifies an image in each way that any of the entries names.
 * @param ownDigest - of an image that is written with one
 */
export function verifyImage(
  image: string,
  signatures: readonly Signature[],
  ownDigest: string | undefined,
): ImageResult {
  const problems: string[] = [];
  let expected = ownDigest;
  for (const verify of signatures.flatMap(verificationsOf)) {
    try {
      const { digest } = verify(image);
      expected ??= digest;
      // A tag may move between two verifications; only what each of them saw is signed as it must be.
      if (digest !== expected) problems.push(`the signatures are of ${digest}, not of ${expected}`);
    } catch (error) {
      if (!(error instanceof HostCallError)) throw error;
      problems.push(`error invoking host capability oci.verify: Host error: ${error.message}`);
    }
  }
  return { problems, digest: expected };
}

type Verification = (image: string) => VerifiedImage;

function verificationsOf(signature: Signature): Verification[] {
  const { pubKeys, keyless, keylessPrefix, githubActions, annotations } = signature;
  const options = annotations == null ? {} : { annotations };
  const verifications: Verification[] = [];
  if (pubKeys != null) verifications.push((image) => host.sigstore.verifyPublicKeys(image, pubKeys, options));
  if (keyless != null) verifications.push((image) => host.sigstore.verifyKeyless(image, keyless, options));
  if (keylessPrefix != null) {
    const identities = keylessPrefix.map(({ issuer, url_prefix }) => ({ issuer, urlPrefix: url_prefix }));
    verifications.push((image) => host.sigstore.verifyKeylessPrefix(image, identities, options));
  }
  if (githubActions != null) {
    const { owner, repo } = githubActions;
    const from = { owner, repo: repo ?? undefined };
    verifications.push((image) => host.sigstore.verifyGithubActions(image, from, options));
  }
  return [...verifications, ...certificateVerifications(signature, options)];
}

/** One per certificate, as the host takes one at a time. */
function certificateVerifications(
  { certificates, certificateChain, requireRekorBundle }: Signature,
  options: Parameters<typeof host.sigstore.verifyCertificate>[2],
): Verification[] {
  const shared = { chain: certificateChain ?? undefined, requireRekorBundle: requireRekorBundle ?? true };
  return (certificates ?? []).map(
    (certificate) => (image) => host.sigstore.verifyCertificate(image, { certificate, ...shared }, options),
  );
}
