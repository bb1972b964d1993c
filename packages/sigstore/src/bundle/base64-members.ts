import type { LosslessValue } from "@kubewarden-ts/protocol";
import { SigstoreError } from "../errors.ts";

/** Members of bundles that hold bytes; the library leaves out what is no base64, and reads on behind it. */
const byteMembers: ReadonlySet<string> = new Set([
  ...["signature", "digest", "sig", "payload", "rawBytes", "keyId", "canonicalizedBody"],
  ...["signedEntryTimestamp", "signedTimestamp", "rootHash", "hashes"],
]);

/**
 * Checks that what should be base64 is: in the alphabet of URLs or the other, padded or not, with line breaks anywhere,
 * as the readers of other languages have it.
 * @throws {SigstoreError} `SIGSTORE_BUNDLE_INVALID` naming the member
 */
export function checkBase64(value: LosslessValue, name = ""): void {
  if (typeof value === "string" && byteMembers.has(name) && !isBase64(value)) {
    throw new SigstoreError(`not a Sigstore bundle that can be used: ${name} is not base64`, {
      code: "SIGSTORE_BUNDLE_INVALID",
    });
  }
  if (Array.isArray(value)) for (const item of value) checkBase64(item, name);
  if (value instanceof Map) for (const [key, member] of value) checkBase64(member, key);
}

function isBase64(text: string): boolean {
  const digits = text.replaceAll(/[\r\n]/g, "");
  const content = /^([A-Za-z0-9+/]*|[A-Za-z0-9_-]*)={0,2}$/.exec(digits)?.[1];
  return content !== undefined && content.length % 4 !== 1;
}
