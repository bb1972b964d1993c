import { checkEqual, type Digest, digestOf, parseGivenDigest } from "./digest.ts";
import { OciError, registryError } from "./errors.ts";
import { answerError } from "./http/answer-error.ts";
import type { Answer } from "./http/exchange.ts";
import type { Transport } from "./http/transport.ts";
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

/** Fetches a blob of the reference's repository; bytes that are not those of the digest are an error. */
export type BlobReader = (
  reference: ImageReference,
  descriptor: BlobDescriptor,
  options: { signal: AbortSignal; maxBytes: number },
) => Promise<Uint8Array>;

/** Of the other places a descriptor names, this many are tried. */
const maxUrls = 3;

export function createBlobReader(
  session: Session,
  transport: Transport,
  { timeoutMs }: { timeoutMs: number },
): BlobReader {
  const fromRegistry = async (
    reference: ImageReference,
    digest: Digest,
    { signal, maxBytes }: { signal: AbortSignal; maxBytes: number },
  ): Promise<Uint8Array> => {
    const { algorithm, text } = digest;
    const request = { method: "GET", path: `blobs/${text}`, maxBytes, timeoutMs, algorithm } as const;
    return checkedBody(await session.request(reference, request, { signal }), digest);
  };

  const fromUrl = async (
    url: URL,
    digest: Digest,
    { signal, maxBytes, registry }: { signal: AbortSignal; maxBytes: number; registry: string },
  ): Promise<Uint8Array> => {
    const host = apiHost(registry);
    // a manifest is no reason to leave TLS
    const target = { kind: "url", url, from: new URL(`https://${host}`), via: [host, registry] } as const;
    const { algorithm } = digest;
    const request = { method: "GET", target, maxBytes, timeoutMs, algorithm } as const;
    const answer = await transport.send(request, signal);
    if (answer.status !== 200) throw answerError(answer);
    return checkedBody(answer, digest);
  };

  return async (reference, descriptor, { signal, maxBytes }) => {
    const { size, urls = [] } = descriptor;
    const digest = parseGivenDigest(descriptor.digest);
    if (size !== undefined && size > maxBytes) {
      throw registryError(`the blob ${digest.text} has more than ${maxBytes} bytes`, {
        code: "OCI_TOO_LARGE",
      });
    }
    const bytes = await firstOf([
      () => fromRegistry(reference, digest, { signal, maxBytes }),
      ...urls
        .filter((url) => URL.canParse(url))
        .slice(0, maxUrls)
        .map((url) => () => {
          const { registry } = reference;
          return fromUrl(new URL(url), digest, { signal, maxBytes, registry });
        }),
    ]);
    if (size === undefined || bytes.length === size) return bytes;
    throw registryError(`Digest error: Invalid size. Expected ${size}, got ${bytes.length}`, {
      code: "OCI_DIGEST_MISMATCH",
    });
  };
}

function checkedBody({ body, digest }: Answer, expected: Digest): Uint8Array {
  checkEqual(expected.text, digest ?? digestOf(expected.algorithm, body));
  return body;
}

/** The first result; when all fail, the first error. */
async function firstOf<Result>([first, ...others]: readonly (() => Promise<Result>)[]): Promise<Result> {
  if (first === undefined) throw new Error("nothing to try"); // never: the registry is the first
  try {
    return await first();
  } catch (error) {
    if (!(error instanceof OciError) || error.code === "OCI_ABORTED") throw error;
    for (const other of others) {
      const result = await other().catch((reason: unknown) => {
        if (reason instanceof OciError && reason.code !== "OCI_ABORTED") return undefined;
        throw reason;
      });
      if (result !== undefined) return result;
    }
    throw error;
  }
}
