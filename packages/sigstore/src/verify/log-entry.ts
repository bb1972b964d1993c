import { decodeBase64 } from "@kubewarden-ts/x509";
import type { TransparencyLogEntry } from "@sigstore/bundle";
import type { SignedEntity, TrustMaterial } from "@sigstore/verify";
// Not of the package's front: the version is pinned, and a test of each kind of entry goes through here.
import { verifyTLogInclusion } from "@sigstore/verify/dist/tlog/index.js";
import { invalidSignature } from "../errors.ts";
import { memberOf, parseStrictJson } from "../strict-json.ts";
import { withOurErrors } from "./library-error.ts";

/**
 * Checks that a log has an entry, by its promise, its proof, or both where both are there.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`
 */
export function checkInclusion(entry: TransparencyLogEntry, trust: TrustMaterial): void {
  withOurErrors(() => verifyTLogInclusion(entry, trust.tlogs));
}

/** The kind of entry that cosign made in 2021, which the library does not know. */
export function isRekord({ kindVersion }: TransparencyLogEntry): boolean {
  return kindVersion.kind === "rekord";
}

/**
 * Checks that an entry of Rekor's type `rekord` 0.0.1 is about a signature and what it signs.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`
 */
export function checkRekord(entry: TransparencyLogEntry, content: SignedEntity["signature"]): void {
  const what = "entry of the transparency log";
  const body = parseStrictJson(entry.canonicalizedBody, { what, code: "SIGSTORE_SIGNATURE_INVALID" });
  const spec = memberOf(body, "spec");
  if (memberOf(body, "kind") !== "rekord" || memberOf(body, "apiVersion") !== "0.0.1") {
    throw otherSignature("its version is not known");
  }
  const signature = memberOf(memberOf(spec, "signature"), "content");
  const bytes = typeof signature === "string" ? decodeBase64(signature) : undefined;
  if (bytes === undefined || !content.compareSignature(Buffer.from(bytes))) {
    throw otherSignature("signature mismatch");
  }
  const hash = memberOf(memberOf(spec, "data"), "hash");
  const digest = memberOf(hash, "value");
  const isSha256 = memberOf(hash, "algorithm") === "sha256" && typeof digest === "string";
  if (!isSha256 || !content.compareDigest(Buffer.from(digest, "hex"))) {
    throw otherSignature("digest mismatch");
  }
}

function otherSignature(detail: string): Error {
  return invalidSignature(`the entry of the transparency log is about another signature: ${detail}`);
}
