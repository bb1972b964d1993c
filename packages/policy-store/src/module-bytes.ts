import { hash } from "node:crypto";
import { open } from "node:fs/promises";
import { readSections } from "@kubewarden-ts/wasm";
import { StoreError } from "./errors.ts";

const magic = [0x00, 0x61, 0x73, 0x6d];

/** The bytes, once they are known to begin like a WebAssembly module. */
export function checkedModule(bytes: Uint8Array): Uint8Array {
  if (magic.every((byte, index) => bytes[index] === byte)) return bytes;
  throw new StoreError("invalid wasm file", { code: "STORE_NOT_WASM" });
}

/** Whether sections follow one another to the end of the file: one that was cut off is noticed. */
export function isWholeModule(bytes: Uint8Array): boolean {
  try {
    readSections(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * As `sha256:` and 64 hex digits.
 * @param checked - what the bytes were checked against, if they were: they are not hashed again
 */
export function sha256Of(bytes: Uint8Array, checked?: { readonly digest: string }): string {
  const known = checked?.digest.toLowerCase();
  return known?.startsWith("sha256:") ? known : `sha256:${hash("sha256", bytes)}`;
}

/** The error of a module that is larger than allowed. */
export function tooLarge(maxBytes: number): StoreError {
  return new StoreError(`the module is larger than ${maxBytes} bytes`, { code: "STORE_TOO_LARGE" });
}

/** What of a file changes when it is written again. */
export function stampOf({ size, mtimeMs }: { size: number; mtimeMs: number }): string {
  return `${size}.${Math.trunc(mtimeMs)}`;
}

/**
 * Reads a file to its end: a regular one at once, any other as a body is read.
 * @returns its bytes, and the stamp it had before they were read
 * @throws {StoreError} `STORE_TOO_LARGE`, and what the system says
 */
export async function readFileAtMost(
  path: string,
  { maxBytes, signal }: { maxBytes: number; signal?: AbortSignal | undefined },
): Promise<{ bytes: Uint8Array; stamp: string }> {
  await using file = await open(path);
  const about = await file.stat();
  const stamp = stampOf(about);
  if (!about.isFile()) {
    return { bytes: await readAtMost(file.createReadStream({ autoClose: false, signal }), maxBytes), stamp };
  }
  if (about.size > maxBytes) throw tooLarge(maxBytes);
  const bytes = await file.readFile({ signal });
  // it may have grown meanwhile
  if (bytes.length > maxBytes) throw tooLarge(maxBytes);
  return { bytes, stamp };
}

/**
 * Joins the chunks of a body; stops reading as soon as there are too many bytes.
 * @throws {StoreError} `STORE_TOO_LARGE`
 */
export async function readAtMost(chunks: AsyncIterable<Uint8Array>, maxBytes: number): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    length += chunk.byteLength;
    if (length > maxBytes) throw tooLarge(maxBytes);
    parts.push(chunk);
  }
  return Buffer.concat(parts, length);
}
