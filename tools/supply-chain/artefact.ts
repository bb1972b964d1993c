import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, sep } from "node:path";
import type { Component } from "./component.ts";

/** What is made with one command. */
export type ArtefactKind = "bundles" | "packages" | "policies";

/** One thing we build, that documents are made of. */
export interface Artefact {
  readonly kind: ArtefactKind;
  /** Within its kind: `kwctl`. */
  readonly name: string;
  readonly version: string;
  /** By name, from the folder of its kind below `dist/`: `kwctl/main.js`. */
  readonly files: ReadonlyMap<string, FileDigests>;
  /** Packages of which something is in the files. */
  readonly contains: readonly Component[];
  /** Packages that npm installs beside it: of these nothing is in the files. */
  readonly dependsOn: readonly Component[];
  /** Packages it was made with. */
  readonly madeWith: readonly Component[];
}

/** Of the bytes of a file, in lower-case hex. */
export interface FileDigests {
  readonly sha256: string;
  /** SPDX 2.3 asks for it; nothing is trusted because of it. */
  readonly sha1: string;
}

/** The command that builds artefacts of a kind. */
export const commandOf: Readonly<Record<ArtefactKind, string>> = {
  bundles: "npm run bundle",
  packages: "npm run pack",
  policies: "npm run policies",
};

/** How messages and documents name an artefact: `bundles/kwctl`. */
export function idOf({ kind, name }: Pick<Artefact, "kind" | "name">): string {
  return `${kind}/${name}`;
}

/** SHA-256 in lower-case hex. */
export function sha256Of(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

export function digestsOf(bytes: Uint8Array): FileDigests {
  return { sha256: sha256Of(bytes), sha1: createHash("sha1").update(bytes).digest("hex") };
}

/** Digests of the files below a folder, by their path from it, sorted; none where there is no such folder. */
export async function digestFolder(folder: string): Promise<Map<string, FileDigests>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(noFolder);
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const digests = paths.sort().map(async (path) => {
    const name = path.slice(folder.length + 1).replaceAll(sep, "/");
    return [name, digestsOf(await readFile(path))] as const;
  });
  return new Map(await Promise.all(digests));
}

function noFolder(error: NodeJS.ErrnoException): [] {
  if (error.code === "ENOENT") return [];
  throw error;
}
