import { type BlobUpload, chunkBytes, createBlobUpload } from "./blob-upload.ts";
import { digestOf } from "./digest.ts";
import type { Progress } from "./progress.ts";
import type { GivenUrl, Repository, Session } from "./session.ts";

/** A blob that a registry holds. */
export interface PushedBlob {
  /** `sha256:` and 64 hex digits */
  readonly digest: string;
  /** in bytes */
  readonly size: number;
}

/** Brings a blob into a repository. */
export type BlobWriter = (
  repository: Repository,
  bytes: Uint8Array,
  options: {
    signal: AbortSignal;
    progress?: Progress | undefined;
    /** a repository of the same registry that may hold the blob: then nothing is sent */
    mountFrom?: string | undefined;
  },
) => Promise<PushedBlob>;

/** What is no larger than a chunk goes in one piece, and so does all where a registry takes no chunks. */
export function createBlobWriter(session: Session, { timeoutMs }: { timeoutMs: number }): BlobWriter {
  return async (repository, bytes, { signal, progress, mountFrom }) => {
    const [digest, size] = [digestOf("sha256", bytes), bytes.length];
    const report = (sentBytes: number): void => progress?.({ bytes: sentBytes, totalBytes: size });
    const upload = createBlobUpload(session, { repository, bytes, digest, signal, timeoutMs, report });
    if (await upload.isThere()) return { digest, size };
    const place = mountFrom === undefined ? await upload.begin() : await upload.mount(mountFrom);
    if (place !== undefined) await send(upload, place, size);
    return { digest, size };
  };
}

async function send(upload: BlobUpload, place: GivenUrl, size: number): Promise<void> {
  if (size <= chunkBytes) await upload.inOnePiece(place);
  else if (!(await upload.inChunks(place))) await upload.inOnePiece(await upload.begin());
}
