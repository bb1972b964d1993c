import { invalidSignature } from "../errors.ts";
import { quoted } from "../quoted.ts";
import type { SimpleSigningLayer } from "../simple-signing/layer.ts";
import { certificateBundleOf, keyBundleOf } from "../simple-signing/layer-bundle.ts";
import { type TrustMaterial, withAuthoritiesFromTheBeginning } from "../trust/trust-material.ts";
import { checkInclusion } from "../verify/log-entry.ts";
import { type SignerIdentity, signerIdentityOf } from "../verify/signer-identity.ts";
import { verifyByCertificate, verifyByKey } from "../verify/verify-entity.ts";
import type { ImageSignature } from "./image-signature.ts";
import { once } from "./once.ts";

/** The authorities of Sigstore put the log's promise into every certificate since; older ones may lack it. */
const sctSinceMs = Date.UTC(2022, 10, 1);

/**
 * A layer as a signature of an image (kwctl-and-oci 15.2, 16.2).
 * @param options.imageDigest - of the image in question
 * @param options.trust - without, what the layer says of a transparency log is not looked at
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` for one of another image, or that the log does not vouch for
 */
export function layerSignature(
  layer: SimpleSigningLayer,
  { imageDigest, trust }: { imageDigest: string; trust: TrustMaterial | undefined },
): ImageSignature {
  if (layer.manifestDigest !== imageDigest) {
    throw invalidSignature(`the payload is about another image (${quoted(layer.manifestDigest)})`);
  }
  const [entry] = keyBundleWithoutTimestamp(layer).verificationMaterial.tlogEntries;
  if (entry !== undefined && trust !== undefined) checkInclusion(entry, trust);
  return {
    origin: layer.digest,
    annotations: layer.annotations,
    identity: once(() => identityOf(layer, trust)),
    proofBy(key) {
      const bundle = keyBundleWithoutTimestamp(layer);
      const { times } = verifyByKey(bundle, layer.payload, { key, trust, minEntries: 0 });
      return { times, isLogged: entry !== undefined && trust !== undefined };
    },
  };
}

/** A key has no time in which it counts: a timestamp says nothing that is asked. */
function keyBundleWithoutTimestamp(layer: SimpleSigningLayer) {
  return keyBundleOf({ ...layer, timestamp: undefined });
}

function identityOf(layer: SimpleSigningLayer, trust: TrustMaterial | undefined): SignerIdentity {
  if (trust === undefined) throw invalidSignature("there is no trust root to verify its certificate with");
  if (layer.promise === undefined) throw invalidSignature("there is no entry of a transparency log");
  // an authority that nobody trusts proves nothing, and takes nothing away from what the log proves
  const timestamp = trust.timestampAuthorities.length === 0 ? undefined : layer.timestamp;
  const bundle = certificateBundleOf({ ...layer, timestamp });
  const isRecent = Number(layer.promise.integratedTime) * 1000 >= sctSinceMs;
  const verified = verifyByCertificate(bundle, layer.payload, {
    trust: withAuthoritiesFromTheBeginning(trust),
    needsSct: trust.ctlogs.length > 0 && isRecent,
  });
  return signerIdentityOf(verified);
}
