import type { Logger } from "@kubewarden-ts/base";
import { commandDefiner } from "@kubewarden-ts/cli";
import type { Sources } from "@kubewarden-ts/oci";
import type { Directories } from "./directories.ts";
import type { ConnectHost } from "./host/connected-host.ts";

/** The part of `node:fs/promises` that commands use. */
export interface FileSystem {
  readFile(path: string): Promise<Uint8Array>;
  writeFile(path: string, content: Uint8Array): Promise<void>;
  /** Canonical absolute path; fails when there is nothing. */
  realpath(path: string): Promise<string>;
}

/** What every command of kwctl is handed. */
export interface KwctlDeps {
  readonly log: Logger;
  readonly files: FileSystem;
  readonly directories: Directories;
  readonly readStdin: () => Promise<Uint8Array>;
  /** Fetches a module by its URL. */
  readonly fetchModule: (url: string, sources: Sources) => Promise<Uint8Array>;
  readonly connectHost: ConnectHost;
}

export const defineCommand = commandDefiner<KwctlDeps>();
