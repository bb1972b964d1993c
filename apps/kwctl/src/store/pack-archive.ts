import { pipeline } from "node:stream";
import { createGzip } from "node:zlib";
import type { StoreFile } from "@kubewarden-ts/policy-store";
import { type Pack, pack } from "tar-stream";

/** A file of a store, and what it is like. Its place in the store is its name in an archive (kwctl-and-oci.md 4). */
export interface PackedFile extends StoreFile {
  readonly mode: number;
  readonly modified: Date;
}

/**
 * Makes the bytes of an archive, file by file: no more than one is in memory.
 * @returns what ends with the error of `files`, if there is one
 */
export function packArchive(files: AsyncIterable<PackedFile>): AsyncIterable<Uint8Array> {
  const archive = pack();
  // who reads hears of an error from the stream that is read
  const packed = pipeline(archive, createGzip(), () => {});
  fill(archive, files).then(
    () => archive.finalize(),
    (error: unknown) => archive.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return packed;
}

async function fill(archive: Pack, files: AsyncIterable<PackedFile>): Promise<void> {
  for await (const { segments, bytes, mode, modified } of files) {
    const header = { name: segments.join("/"), size: bytes.length, mode, mtime: modified };
    await new Promise<void>((resolve, reject) => {
      const entry = archive.entry(header, (error) => (error ? reject(error) : resolve()));
      entry.end(bytes);
    });
  }
}
