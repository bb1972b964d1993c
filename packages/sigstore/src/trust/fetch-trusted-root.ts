import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { errorText, type Logger } from "@kubewarden-ts/base";
import type { Connections } from "@kubewarden-ts/oci";
import { Updater } from "tuf-js";
import { createTufFetcher, noNetwork } from "./tuf-fetcher.ts";

/** A repository of The Update Framework that holds a trusted root. */
export interface TufRepository {
  readonly url: string;
  /** A `root.json` of it that we trust: the chain to newer ones begins here. */
  readonly root: Uint8Array;
}

interface FetchOptions {
  readonly repository: TufRepository;
  readonly cacheFolder: string;
  readonly connections: Connections;
  readonly log: Logger;
  readonly signal: AbortSignal;
}

const targetName = "trusted_root.json";

/**
 * The trusted root of a repository (kwctl-and-oci 16.1): fetched; where that fails, the one that was fetched before, as
 * long as the repository's word for it holds.
 * @throws {Error} when there is none
 */
export async function fetchTrustedRoot(options: FetchOptions): Promise<string> {
  const { cacheFolder, repository, connections, log, signal } = options;
  await mkdir(join(cacheFolder, "targets"), { recursive: true });
  await seed(cacheFolder, repository);
  try {
    const fetcher = createTufFetcher({ connections, signal });
    return await readTarget(options, updater(options, { fetcher }));
  } catch (error) {
    if (signal.aborted) throw error;
    try {
      const kept = await readTarget(options, updater(options, { fetcher: noNetwork, forceCache: true }));
      log.warn("the Sigstore trust root cannot be fetched, the one kept is used", {
        error: errorText(error),
      });
      return kept;
    } catch {
      throw error;
    }
  }
}

function updater(
  { cacheFolder, repository: { url } }: FetchOptions,
  options: Pick<ConstructorParameters<typeof Updater>[0], "fetcher" | "forceCache">,
): Updater {
  return new Updater({
    ...{ metadataBaseUrl: url, targetBaseUrl: `${url}/targets` },
    ...{ metadataDir: cacheFolder, targetDir: join(cacheFolder, "targets") },
    ...options,
  });
}

async function readTarget({ cacheFolder, log }: FetchOptions, updater: Updater): Promise<string> {
  const target = await updater.getTargetInfo(targetName);
  if (target === undefined) throw new Error(`the repository has no ${targetName}`);
  const path = (await updater.findCachedTarget(target)) ?? (await updater.downloadTarget(target));
  const bytes = await readFile(path);
  // what is used is what was checked, whoever else writes into the folder
  await target.verify(Readable.from([bytes]));
  await keepForOthers(cacheFolder, bytes, log);
  return bytes.toString("utf8");
}

/** Puts the first root there; one that is there already may be newer. */
async function seed(cacheFolder: string, { root }: TufRepository): Promise<void> {
  try {
    await writeFile(join(cacheFolder, "root.json"), root, { flag: "wx" });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  }
}

/** Upstream's programs look for the trusted root beside the folder of the targets. */
async function keepForOthers(cacheFolder: string, bytes: Uint8Array, log: Logger): Promise<void> {
  try {
    await writeFile(join(cacheFolder, targetName), bytes);
  } catch (error) {
    log.debug("the trusted root cannot be kept for others", { error: errorText(error) });
  }
}
