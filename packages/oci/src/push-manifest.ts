import { checkTaken } from "./blob-upload.ts";
import { checkDigest, digestOf, parseDigest } from "./digest.ts";
import type { ImageReference } from "./reference.ts";
import type { Session } from "./session.ts";

/** Puts a manifest or index under the tag of a reference, else under its digest. */
export type ManifestWriter = (
  reference: ImageReference,
  bytes: Uint8Array,
  mediaType: string,
  options: { signal: AbortSignal },
) => Promise<string>;

const maxAnswerBytes = 64 * 1024;

export function createManifestWriter(session: Session, { timeoutMs }: { timeoutMs: number }): ManifestWriter {
  return async (reference, bytes, mediaType, { signal }) => {
    const { tag, digest: wanted } = reference;
    if (wanted !== undefined) checkDigest(bytes, parseDigest(wanted));
    const digest = digestOf("sha256", bytes);
    const answer = await session.request(
      reference,
      {
        ...{ method: "PUT", path: `manifests/${tag ?? wanted ?? "latest"}`, actions: ["pull", "push"] },
        ...{ headers: { "content-type": mediaType }, body: bytes, maxBytes: maxAnswerBytes, timeoutMs },
      },
      { signal, expected: 201 },
    );
    checkTaken(answer, digest);
    // some registries answer with the URL of the tag, some with none
    return digest;
  };
}
