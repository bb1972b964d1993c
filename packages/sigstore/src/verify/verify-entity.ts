import { type KeyObject, X509Certificate as NodeCertificate } from "node:crypto";
import type { Bundle } from "@sigstore/bundle";
import { EXTENSION_OID_SCT, type X509Certificate } from "@sigstore/core";
import { type SignedEntity, type TrustMaterial, toSignedEntity, Verifier } from "@sigstore/verify";
import { invalidSignature } from "../errors.ts";
import { withOurErrors } from "./library-error.ts";
import { checkInclusion, checkRekord, isRekord } from "./log-entry.ts";
import { checkRecordedCertificate, checkRecordedKey } from "./recorded-key.ts";
import { type Artifact, checkContent, isContentSignedBy, isDigest } from "./signed-content.ts";

const codeSigning = "1.3.6.1.5.5.7.3.3";

/**
 * Verifies a signature by the certificate that comes with it: the authority, the times, the promise of the certificate
 * log, the entry of the transparency log and what that is about, the purpose of the certificate, the signature.
 * @param options.needsSct - whether the certificate must hold the promise of a log of certificates
 * @returns the certificate, whose authority, log and time hold
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID` naming the first check that failed
 */
export function verifyByCertificate(
  bundle: Bundle,
  artifact: Artifact,
  { trust, needsSct }: { trust: TrustMaterial; needsSct: boolean },
): X509Certificate {
  return withOurErrors(() => {
    checkContent(bundle, artifact);
    const entity = certificateEntity(bundle, artifact);
    if (entity.key.$case !== "certificate") throw invalidSignature("it comes without a certificate");
    const { certificate } = entity.key;
    // the library checks promises that it finds against the logs that it knows, also where it knows none
    if (trust.ctlogs.length === 0) hideScts(certificate);
    verify(entity, trust, {
      ...{ ctlogThreshold: needsSct ? 1 : 0, timestampThreshold: 1, minEntries: 1 },
    });
    const der = certificate.root.toDER();
    checkPurpose(der);
    for (const entry of entity.tlogEntries) checkRecordedCertificate(entry, der);
    return certificate;
  });
}

/**
 * Verifies a signature by a key: the signature, and where trust material is given, entries of logs and timestamps too.
 * @param options.minEntries - entries of transparency logs that must be there
 * @returns the times that logs and authorities vouch for
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`, `SIGSTORE_KEY_INVALID`
 */
export function verifyByKey(
  bundle: Bundle,
  artifact: Artifact,
  { key, trust, minEntries }: { key: KeyObject; trust: TrustMaterial | undefined; minEntries: number },
): { times: readonly Date[] } {
  return withOurErrors(() => {
    checkContent(bundle, artifact);
    const entity = keyEntity(bundle, artifact);
    if (!entity.signature.verifySignature(key)) {
      throw invalidSignature("the signature was not made with the key");
    }
    if (trust === undefined) return { times: [] };
    const publicKey = () => ({ publicKey: key, validFor: () => true });
    verify(entity, { ...trust, publicKey }, { ctlogThreshold: 0, timestampThreshold: 0, minEntries });
    for (const entry of entity.tlogEntries) checkRecordedKey(entry, key);
    return { times: timesOf(entity) };
  });
}

function certificateEntity(bundle: Bundle, artifact: Artifact): SignedEntity {
  return isDigest(artifact) ? ourEntity(bundle, artifact) : toSignedEntity(bundle, artifact);
}

/** Whatever the bundle says about its key, it is the given one that counts. */
function keyEntity(bundle: Bundle, artifact: Artifact): SignedEntity {
  return { ...ourEntity(bundle, artifact), key: { $case: "public-key", hint: "" } };
}

/** The library verifies no digests, takes SHA-256 for all keys, and none with Ed25519 for digests. */
function ourEntity(bundle: Bundle, artifact: Artifact): SignedEntity {
  const entity = toSignedEntity(bundle, isDigest(artifact) ? Buffer.alloc(0) : artifact);
  const { signature } = entity;
  return {
    ...entity,
    signature: {
      signature: signature.signature,
      compareSignature: (other) => signature.compareSignature(other),
      compareDigest: (other) => signature.compareDigest(other),
      compareSignedDigest: (other) => signature.compareSignedDigest(other),
      verifySignature: (key) => isContentSignedBy(key, bundle, { artifact, signature: signature.signature }),
    },
  };
}

interface Thresholds {
  readonly ctlogThreshold: number;
  readonly timestampThreshold: number;
  /** Entries of transparency logs that must be there; all that are there must be right. */
  readonly minEntries: number;
}

/** With the library, but for what entries of the kind `rekord` are about. */
function verify(entity: SignedEntity, trust: TrustMaterial, { minEntries, ...thresholds }: Thresholds) {
  if (entity.tlogEntries.length < minEntries) {
    throw invalidSignature("there is no entry of a transparency log");
  }
  const [rekords, others] = [
    entity.tlogEntries.filter(isRekord),
    entity.tlogEntries.filter((entry) => !isRekord(entry)),
  ];
  for (const entry of rekords) {
    checkInclusion(entry, trust);
    checkRekord(entry, entity.signature);
  }
  const tlogThreshold = Math.max(minEntries - rekords.length, 0);
  return new Verifier(trust, { ...thresholds, tlogThreshold }).verify({ ...entity, tlogEntries: others });
}

/** Those that were verified; a time in an entry without a promise is nobody's word. */
function timesOf({ timestamps }: SignedEntity): Date[] {
  return timestamps.flatMap((each) => {
    if (each.$case === "timestamp-authority") return [each.timestamp.signingTime];
    const { inclusionPromise, integratedTime } = each.tlogEntry;
    return inclusionPromise === undefined ? [] : [new Date(Number(integratedTime) * 1000)];
  });
}

/** Makes the library find no promises of certificate logs: it takes them from a copy. */
function hideScts(certificate: X509Certificate): void {
  const clone = certificate.clone.bind(certificate);
  certificate.clone = () => {
    const copy = clone();
    const index = copy.extensions.findIndex((extension) => extension.subs[0]?.toOID() === EXTENSION_OID_SCT);
    if (index >= 0) copy.extensions.splice(index, 1);
    return copy;
  };
}

function checkPurpose(der: Buffer): void {
  if (new NodeCertificate(der).keyUsage?.includes(codeSigning)) return;
  throw invalidSignature("the certificate is not one for signing code");
}
