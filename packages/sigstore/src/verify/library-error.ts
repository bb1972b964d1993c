import { errorText } from "@kubewarden-ts/base";
import { VerificationError } from "@sigstore/verify";
import { invalidSignature, SigstoreError } from "../errors.ts";

/** What the library's findings mean; it tells details only. */
const meanings: ReadonlyMap<string, string> = new Map([
  ["TLOG_BODY_ERROR", "the entry of the transparency log is about another signature"],
  ["TLOG_INCLUSION_PROOF_ERROR", "the transparency log does not prove that it has the entry"],
  ["TLOG_INCLUSION_PROMISE_ERROR", "the transparency log does not vouch for the entry"],
  ["TLOG_MISSING_INCLUSION_ERROR", "the transparency log does not vouch for the entry"],
  ["TLOG_ERROR", "the entries of transparency logs do not count"],
  ["CERTIFICATE_ERROR", "the certificate does not count"],
  ["TIMESTAMP_ERROR", "nobody vouches for the time of the signature"],
  ["SIGNATURE_ERROR", "the signature was not made with the key of the certificate"],
]);

/**
 * Runs what calls the library. Its errors, and those that it runs into with bytes that are no certificate, entry or
 * timestamp, come out as ours.
 * @throws {SigstoreError} `SIGSTORE_SIGNATURE_INVALID`
 */
export function withOurErrors<Result>(verify: () => Result): Result {
  try {
    return verify();
  } catch (error) {
    if (error instanceof SigstoreError) throw error;
    const meaning = error instanceof VerificationError ? meanings.get(error.code) : undefined;
    throw invalidSignature(`${meaning ?? "it is malformed"}: ${errorText(error)}`);
  }
}
