import { type BlobReceiver, type BlobSink, createBlobReceiver } from "./blob-receiver.ts";
import { parseGivenDigest } from "./digest.ts";
import { OciError, registryError } from "./errors.ts";
import { answerError } from "./http/answer-error.ts";
import type { Transport } from "./http/transport.ts";
import type { Progress } from "./progress.ts";
import { apiHost, type ImageReference } from "./reference.ts";
import type { Session } from "./session.ts";

/** What a blob is asked for by; a descriptor of a manifest will do. */
export interface BlobDescriptor {
  readonly digest: string;
  /** in bytes */
  readonly size?: number;
  /** other places that hold the same bytes */
  readonly urls?: readonly string[];
}

interface DownloadOptions {
  readonly signal: AbortSignal;
  readonly maxBytes: number;
  readonly progress?: Progress | undefined;
}

/** Fetches a blob of the reference's repository; bytes that are not those of the digest are an error. */
export type BlobReader = (
  reference: ImageReference,
  descriptor: BlobDescriptor,
  options: DownloadOptions,
) => Promise<Uint8Array>;

/** As `BlobReader`, into a sink: what it got counts when this has ended well. */
export type BlobStreamer = (
  reference: ImageReference,
  descriptor: BlobDescriptor,
  sink: BlobSink,
  options: DownloadOptions,
) => Promise<void>;

/** Of the other places a descriptor names, this many are tried. */
const maxUrls = 3;

export function createBlobStreamer(
  session: Session,
  transport: Transport,
  { timeoutMs }: { timeoutMs: number },
): BlobStreamer {
  const fromRegistry =
    (reference: ImageReference, digest: string): Place =>
    async (receiver, { signal, maxBytes }) => {
      const request = { method: "GET", path: `blobs/${digest}`, maxBytes, timeoutMs, receiver } as const;
      await session.request(reference, request, { signal, accepts: ({ status }) => status === 206 });
    };

  const fromUrl =
    ({ registry }: ImageReference, url: URL): Place =>
    async (receiver, { signal, maxBytes }) => {
      const host = apiHost(registry);
      // a manifest is no reason to leave TLS
      const target = { kind: "url", url, from: new URL(`https://${host}`), via: [host, registry] } as const;
      const request = { method: "GET", target, maxBytes, timeoutMs, receiver } as const;
      const answer = await transport.send(request, signal);
      if (answer.status !== 200 && answer.status !== 206) throw answerError(answer);
    };

  return async (reference, descriptor, sink, options) => {
    const { size, urls = [] } = descriptor;
    const { maxBytes, progress } = options;
    const digest = parseGivenDigest(descriptor.digest);
    if (size !== undefined && size > maxBytes) {
      throw registryError(`the blob ${digest.text} has more than ${maxBytes} bytes`, {
        code: "OCI_TOO_LARGE",
      });
    }
    const others = urls.filter((url) => URL.canParse(url)).slice(0, maxUrls);
    const places = [
      fromRegistry(reference, digest.text),
      ...others.map((url) => fromUrl(reference, new URL(url))),
    ];
    let receiver: BlobReceiver | undefined;
    await firstOf(places, async (place) => {
      if (receiver?.hasWritten) await sink.restart();
      receiver = createBlobReceiver(digest, sink, { size, maxBytes, progress });
      await place(receiver, options);
      receiver.checkWhole();
    });
  };
}

/** Where a blob may be had. */
type Place = (receiver: BlobReceiver, options: DownloadOptions) => Promise<void>;

/** Until one place has given the blob; when none does, the error of the first. */
async function firstOf(places: readonly Place[], fetchFrom: (place: Place) => Promise<void>): Promise<void> {
  let first: unknown;
  for (const place of places) {
    try {
      return await fetchFrom(place);
    } catch (error) {
      if (!(error instanceof OciError) || error.code === "OCI_ABORTED") throw error;
      first ??= error;
    }
  }
  throw first;
}

/** Downloads into memory. */
export function createBlobReader(fetchBlobTo: BlobStreamer): BlobReader {
  return async (reference, descriptor, options) => {
    const pieces: Uint8Array[] = [];
    const sink: BlobSink = {
      write: (bytes) => void pieces.push(bytes),
      restart: () => void pieces.splice(0),
    };
    await fetchBlobTo(reference, descriptor, sink, options);
    return Buffer.concat(pieces);
  };
}
