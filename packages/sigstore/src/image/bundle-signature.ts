import { BUNDLE_V03_LEGACY_MEDIA_TYPE, BUNDLE_V03_MEDIA_TYPE, type Bundle } from "@sigstore/bundle";
import { statementOf, subjectWith } from "../bundle/statement.ts";
import { invalidSignature } from "../errors.ts";
import { quoted } from "../quoted.ts";
import type { TrustMaterial } from "../trust/trust-material.ts";
import { type SignerIdentity, signerIdentityOf } from "../verify/signer-identity.ts";
import { verifyByCertificate, verifyByKey } from "../verify/verify-entity.ts";
import type { ImageSignature } from "./image-signature.ts";
import { once } from "./once.ts";

const mediaTypes: readonly string[] = [BUNDLE_V03_LEGACY_MEDIA_TYPE, BUNDLE_V03_MEDIA_TYPE];
const signPredicate = "https://sigstore.dev/cosign/sign/v1";
/** What is signed stands in the envelope. */
const noArtifact = Buffer.alloc(0);

/**
 * A bundle as a signature of an image (kwctl-and-oci 16.4).
 * @param options.origin - the digest of the manifest that holds it
 * @param options.imageDigest - of the image in question
 * @param options.trust - without, what the bundle says of transparency logs is not looked at
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` for one of another image, or that is no signature of one
 */
export function bundleSignature(
  bundle: Bundle,
  { origin, imageDigest, trust }: { origin: string; imageDigest: string; trust: TrustMaterial | undefined },
): ImageSignature {
  // what says that it is of version 0.1 could do without the proof of the log
  if (!mediaTypes.includes(bundle.mediaType)) {
    throw invalidSignature(`the bundle is of another version: ${quoted(bundle.mediaType)}`);
  }
  const statement = statementOf(bundle);
  const { annotations } = subjectWith(imageDigest, statement);
  if (statement.predicateType !== signPredicate) {
    throw invalidSignature(`the statement is no signature but ${quoted(statement.predicateType)}`);
  }
  return {
    origin,
    annotations,
    identity: once(() => identityOf(bundle, trust)),
    proofBy(key) {
      const { times } = verifyByKey(bundle, noArtifact, { key, trust, minEntries: 0 });
      const isLogged = trust !== undefined && bundle.verificationMaterial.tlogEntries.length > 0;
      return { times, isLogged };
    },
  };
}

function identityOf(bundle: Bundle, trust: TrustMaterial | undefined): SignerIdentity {
  if (trust === undefined) throw invalidSignature("there is no trust root to verify its certificate with");
  const needsSct = trust.ctlogs.length > 0;
  return signerIdentityOf(verifyByCertificate(bundle, noArtifact, { trust, needsSct }));
}
