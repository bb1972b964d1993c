import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { errorText, type Logger } from "@kubewarden-ts/base";
import type { Credential, Credentials } from "./credential.ts";
import type { AskHelper } from "./credential-helper.ts";
import {
  type CredentialSource,
  type DockerConfig,
  parseDockerConfig,
  readEntry,
  sourcesFor,
} from "./docker-config.ts";

/**
 * The folder that holds Docker's `config.json`.
 * @param options.configured - `--docker-config-json-path`
 * @returns nothing when no variable names one
 */
export function dockerConfigFolder({
  configured,
  env,
}: {
  configured?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
}): string | undefined {
  const home = env["HOME"] || env["USERPROFILE"];
  return configured || env["DOCKER_CONFIG"] || (home ? join(home, ".docker") : undefined);
}

/**
 * Credentials of Docker's `config.json` (kwctl-and-oci 12). The file is read when credentials are needed, and again when
 * it has changed. Whatever goes wrong is logged at debug level, and the next source is tried; after the last the
 * registry is asked anonymously.
 * @param options.folder - of `config.json`; see `dockerConfigFolder`
 * @example dockerCredentials({ folder: dockerConfigFolder({ env }), ask: helperRunner({ env }), log })
 */
export function dockerCredentials({
  folder,
  ask,
  log,
}: {
  folder: string | undefined;
  ask: AskHelper;
  log: Logger;
}): Credentials {
  if (folder === undefined) return { credentialFor: async () => undefined };
  const readConfig = configReader(join(folder, "config.json"));

  const credentialFrom = async (
    source: CredentialSource,
    signal: AbortSignal,
  ): Promise<Credential | undefined> =>
    source.kind === "entry" ? readEntry(source.entry) : await ask(source.name, source.server, { signal });

  return {
    async credentialFor(registry, { signal }) {
      const tried = async <Value>(what: string, deed: () => Promise<Value>): Promise<Value | undefined> => {
        try {
          return await deed();
        } catch (error) {
          signal.throwIfAborted();
          log.debug("registry credentials cannot be used", {
            registry,
            source: what,
            error: errorText(error),
          });
          return undefined;
        }
      };
      const config = await tried("config.json", readConfig);
      for (const source of config === undefined ? [] : sourcesFor(registry, config)) {
        const what = source.kind === "entry" ? "auths" : `docker-credential-${source.name}`;
        const credential = await tried(what, () => credentialFrom(source, signal));
        if (credential !== undefined) return credential;
      }
      return undefined;
    },
  };
}

/** Reads the file when it is another one than last time, by its place on the disk, its size and when it changed. */
function configReader(path: string): () => Promise<DockerConfig | undefined> {
  let last: { version: string; config: DockerConfig } | undefined;
  return async () => {
    const version = await versionOf(path);
    if (version === undefined) return undefined;
    if (last?.version !== version)
      last = { version, config: parseDockerConfig(await readFile(path, "utf8")) };
    return last.config;
  };
}

async function versionOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}
