import { readFile, stat } from "node:fs/promises";
import { errorText, type Logger } from "@kubewarden-ts/base";
import type { Credential, Credentials } from "./credential.ts";
import { type CredentialFile, credentialFiles } from "./credential-files.ts";
import { type AskHelper, credentialHelpers } from "./credential-helper.ts";
import {
  type CredentialSource,
  type DockerConfig,
  parseDockerConfig,
  readEntry,
  sourcesFor,
} from "./docker-config.ts";

/**
 * Who we are to registries, as Docker and Podman keep it: what `fileCredentials` does with `credentialFiles` and the helpers
 * they name.
 * @param options.configured - `--docker-config-json-path`
 * @example registryCredentials({ configured: flags["docker-config-json-path"], env: process.env, log })
 */
export function registryCredentials({
  configured,
  env,
  log,
}: {
  configured?: string | undefined;
  env: Readonly<Record<string, string | undefined>>;
  log: Logger;
}): Credentials {
  const files = credentialFiles({ configured, env });
  return fileCredentials({ files, ask: credentialHelpers({ env }).get, log });
}

/**
 * Credentials of files in the format of Docker's `config.json` (kwctl-and-oci 12). A file is read when credentials are
 * needed, and again when it has changed. Whatever goes wrong is logged at debug level, and the next source is tried; after
 * the last the registry is asked anonymously.
 */
export function fileCredentials({
  files,
  ask,
  log,
}: {
  files: readonly CredentialFile[];
  ask: AskHelper;
  log: Logger;
}): Credentials {
  const readers = files.map(({ path, kind }) => ({ path, kind, read: configReader(path) }));

  const credentialFrom = async (
    source: CredentialSource,
    signal: AbortSignal,
  ): Promise<Credential | undefined> =>
    source.kind === "entry" ? readEntry(source.entry) : await ask(source.name, source.server, { signal });

  return {
    async credentialFor(registry, { signal, repository }) {
      const tried = async <Value>(source: string, deed: () => Promise<Value>): Promise<Value | undefined> => {
        try {
          return await deed();
        } catch (error) {
          signal.throwIfAborted();
          log.debug("registry credentials cannot be used", { registry, source, error: errorText(error) });
          return undefined;
        }
      };
      for (const { path, kind, read } of readers) {
        const config = await tried(path, read);
        if (config === undefined) continue;
        const part = kind === "containers" ? repository : undefined;
        for (const source of sourcesFor(registry, config, part)) {
          const what = source.kind === "entry" ? `auths of ${path}` : `docker-credential-${source.name}`;
          const credential = await tried(what, () => credentialFrom(source, signal));
          if (credential !== undefined) return credential;
        }
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
