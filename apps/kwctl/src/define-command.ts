import type { Clock, Logger } from "@kubewarden-ts/base";
import { commandDefiner } from "@kubewarden-ts/cli";
import type { ServedKinds } from "@kubewarden-ts/kube";
import type { PolicyFolder } from "@kubewarden-ts/policy-store";
import type { Directories } from "./directories.ts";
import type { ConnectHost } from "./host/connected-host.ts";
import type { StatusLine } from "./status-line.ts";
import type { ConnectRegistries } from "./store/registries.ts";

/** The part of `node:fs/promises` that commands use. */
export interface FileSystem {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, content: Uint8Array | AsyncIterable<Uint8Array>): Promise<void>;
  /** The content of a file, piece by piece. */
  readChunks(path: string): AsyncIterable<Uint8Array>;
  /** Makes a folder, with those above it. */
  makeFolder(path: string): Promise<unknown>;
  /** What lies there; links are followed. */
  stat(path: string): Promise<{ isFile(): boolean; isDirectory(): boolean }>;
  /** What lies there, a symbolic link itself; fails when there is nothing. */
  lstat(path: string): Promise<unknown>;
  /** The names in a folder, in any order. */
  readdir(path: string): Promise<string[]>;
  /** Canonical absolute path; fails when there is nothing. */
  realpath(path: string): Promise<string>;
}

/** What every command of kwctl is handed. */
export interface KwctlDeps {
  readonly log: Logger;
  readonly files: FileSystem;
  readonly directories: Directories;
  readonly readStdin: () => Promise<Uint8Array>;
  readonly connectHost: ConnectHost;
  /** Asks the configured cluster. @throws {KubeError} when there is none, or none that answers */
  readonly listClusterKinds: () => Promise<ServedKinds>;
  readonly clock: Pick<Clock, "now">;
  readonly connectRegistries: ConnectRegistries;
  /** What lies in the local store. */
  readonly policies: PolicyFolder;
  /** Tells people at a terminal what goes on. */
  readonly status: StatusLine;
}

export const defineCommand = commandDefiner<KwctlDeps>();
