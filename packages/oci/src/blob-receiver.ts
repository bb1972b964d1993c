import { createHash } from "node:crypto";
import { checkEqual, type Digest } from "./digest.ts";
import { type OciError, registryError } from "./errors.ts";
import { type BodyReceiver, urlText } from "./http/exchange.ts";
import type { Progress } from "./progress.ts";

/** Where the bytes of a blob go. They count when the download has ended well, and not before: it checks their digest. */
export interface BlobSink {
  /** Takes the next bytes; the download waits for it. */
  write(bytes: Uint8Array): void | Promise<void>;
  /** Forgets all bytes: they come anew, from another place. */
  restart(): void | Promise<void>;
}

/** Receives one blob, over several answers where the first ones are cut off. */
export interface BlobReceiver extends BodyReceiver {
  /** Whether the sink has got bytes. */
  readonly hasWritten: boolean;
  /** @throws {OciError} `OCI_DIGEST_MISMATCH` unless the bytes are those of the digest, and as many as expected */
  checkWhole(): void;
}

/**
 * @param options.size - where it is known; more bytes are not taken
 * @param options.maxBytes - more bytes are not taken
 */
export function createBlobReceiver(
  digest: Digest,
  sink: BlobSink,
  {
    size,
    maxBytes,
    progress,
  }: { size: number | undefined; maxBytes: number; progress?: Progress | undefined },
): BlobReceiver {
  const hash = createHash(digest.algorithm);
  let received = 0;
  let repeated = 0;

  return {
    get hasWritten() {
      return received > 0;
    },
    headers: () => (received === 0 ? {} : { range: `bytes=${received}-` }),
    begin({ url, status, headers }) {
      // who gives no ranges begins anew
      repeated = received;
      if (status === 200) return;
      const start = /^bytes (\d+)-/.exec(headers.get("content-range") ?? "")?.[1];
      if (Number(start) !== received) {
        const text = `${urlText(url)} does not go on at byte ${received}`;
        throw registryError(`OCI distribution spec violation: ${text}`, { code: "OCI_PROTOCOL" });
      }
      repeated = 0;
    },
    async take(piece) {
      const bytes = piece.subarray(repeated);
      repeated -= Math.min(repeated, piece.length);
      if (bytes.length === 0) return;
      received += bytes.length;
      if (size !== undefined && received > size) throw wrongSize(size, "more");
      if (received > maxBytes) {
        throw registryError(`the blob ${digest.text} has more than ${maxBytes} bytes`, {
          code: "OCI_TOO_LARGE",
        });
      }
      hash.update(bytes);
      await sink.write(bytes);
      progress?.({ bytes: received, totalBytes: size });
    },
    checkWhole() {
      checkEqual(digest.text, `${digest.algorithm}:${hash.digest("hex")}`);
      if (size !== undefined && received !== size) throw wrongSize(size, String(received));
    },
  };
}

function wrongSize(expected: number, got: string): OciError {
  return registryError(`Digest error: Invalid size. Expected ${expected}, got ${got}`, {
    code: "OCI_DIGEST_MISMATCH",
  });
}
