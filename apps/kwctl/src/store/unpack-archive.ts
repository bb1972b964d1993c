import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { isPrintable } from "@kubewarden-ts/base";
import { digestOf, parseDigest } from "@kubewarden-ts/oci";
import { digestOfPlace, fromWindowsNames, isStorePath, type StoreFile } from "@kubewarden-ts/policy-store";
import { extract, type Header } from "tar-stream";
import { invalidInput, type KwctlError } from "../errors.ts";
import type { ArchiveLimits } from "./archive-format.ts";
import { limitTo } from "./byte-limit.ts";

/** What goes before the content of an entry: its header, and long names. */
const maxOverheadBytes = 1024 * 1024;
/** Of one entry that is as they usually are. */
const usualOverheadBytes = 4096;
const magic = Buffer.from("\0asm");

/**
 * Reads an archive of policies, one file at a time: modules, and manifests that show what a digest names. Folders are passed
 * over; everything else is refused: what leads out of a store, links, devices, names that belong nowhere, modules that are none.
 * @param chunks - a tar archive, compressed with gzip
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` naming the entry; what makes the archive unreadable
 */
export async function* unpackArchive(
  chunks: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): AsyncGenerator<StoreFile> {
  const overhead = limitTo(maxOverheadBytes, () => invalidInput("a header is larger than allowed"));
  const total = limitTo(limits.maxTotalBytes, () =>
    invalidInput(`more than ${limits.maxTotalBytes} bytes come out of it`),
  );
  const entries = extract();
  // the entries end with the error of what is before them
  pipeline(chunks, createGunzip(), total.watch, overhead.watch, entries, () => {});
  let count = 0;
  for await (const entry of entries) {
    const { header } = entry;
    if (++count > limits.maxEntries) throw invalidInput(`it has more than ${limits.maxEntries} entries`);
    checkEntry(header, limits);
    overhead.allow(header.size + usualOverheadBytes);
    if (header.type === "directory") entry.resume();
    else yield await fileOf(header, entry);
  }
}

function checkEntry({ name, type, size }: Header, { maxModuleBytes }: ArchiveLimits): void {
  if (type !== "file" && type !== "contiguous-file" && type !== "directory") {
    throw refused(name, `it is no file but a ${type}`);
  }
  // the reader of archives would wait for it for ever
  if (type === "directory" && size > 0) throw refused(name, "it is a folder with content");
  // of a size that it cannot read, the reader says that it is `null`, and then waits for the content for ever
  if (!Number.isSafeInteger(size) || size < 0) throw refused(name, "nobody can say how large it is");
  if (size > maxModuleBytes) throw refused(name, `it is larger than ${maxModuleBytes} bytes`);
}

async function fileOf({ name }: Header, content: AsyncIterable<unknown>): Promise<StoreFile> {
  const segments = segmentsOf(name);
  const bytes = await bytesOf(content);
  const digest = digestOfPlace(segments);
  if (digest !== undefined) checkManifest(name, bytes, digest);
  else if (!bytes.subarray(0, magic.length).equals(magic)) throw refused(name, "invalid wasm file");
  return { segments, bytes };
}

function checkManifest(name: string, bytes: Uint8Array, digest: string): void {
  const { algorithm, text } = parseDigest(digest);
  if (digestOf(algorithm, bytes) !== text) throw refused(name, "its content has another digest");
}

/** Where a file belongs in a store; an archive that was made on Windows has the names of there. */
function segmentsOf(name: string): string[] {
  const segments = name.replace(/^(\.\/)+/, "").split("/");
  if (name.startsWith("/") || segments.includes("..")) throw refused(name, "it leads out of the store");
  if (!segments.every(isName)) throw refused(name, "its name is none of a policy");
  if (digestOfPlace(segments) !== undefined) return segments;
  if (!isStorePath(segments))
    throw refused(name, "it does not lie below registry/, https/ or http/ and a host");
  const decoded = isHost(segments[1]) ? undefined : fromWindowsNames(segments);
  if (decoded === undefined || !isHost(decoded[1])) return segments;
  if (!decoded.every(isName))
    throw refused(name, `${JSON.stringify(decoded.join("/"))} is the name of no policy`);
  return decoded;
}

/** Whether something can be called so, in a store and in a list. */
function isName(segment: string): boolean {
  return !["", ".", ".."].includes(segment) && !/[/\\\t\n]/.test(segment) && isPrintable(segment);
}

async function bytesOf(content: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of content) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function refused(name: string, why: string): KwctlError {
  return invalidInput(`${JSON.stringify(name)} is refused: ${why}`);
}

/** As references to images tell hosts from paths; base64url has neither dots nor colons. */
function isHost(text = ""): boolean {
  return /[.:]/.test(text) || text === "localhost";
}
