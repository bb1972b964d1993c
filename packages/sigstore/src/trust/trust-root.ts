import { type Clock, createLookUpCache, errorText, type Logger } from "@kubewarden-ts/base";
import type { Connections } from "@kubewarden-ts/oci";
import { SigstoreError } from "../errors.ts";
import { fetchTrustedRoot, type TufRepository } from "./fetch-trusted-root.ts";
import { publicGoodRepository } from "./public-good.ts";
import { parseTrustConfig, type TrustConfigFile } from "./trust-config.ts";
import { parseTrustedRoot, type TrustMaterial } from "./trust-material.ts";

/** Whom signatures are traced back to: certificate authorities, logs, time-stamping authorities. */
export interface TrustRoot {
  /**
   * The material, loaded when it is asked for first and then kept for a day; equal questions at the same time are one.
   * @throws {SigstoreError} `SIGSTORE_TRUST_ROOT_UNAVAILABLE`
   */
  load(signal: AbortSignal): Promise<TrustMaterial>;
}

export type TrustRootOptions = PublicGoodOptions | TrustConfigOptions;

/** The root of the public Sigstore, by The Update Framework (TUF). */
export interface PublicGoodOptions {
  readonly kind: "public-good";
  /** Holds what was fetched; made when it is not there. */
  readonly cacheFolder: string;
  /** Reach the repository, with the proxies and authorities of `sources.yml`. */
  readonly connections: Connections;
  readonly clock: Clock;
  readonly log: Logger;
  /** Another repository than the public one. */
  readonly repository?: TufRepository | undefined;
}

/** The root that a file holds: no network. */
export interface TrustConfigOptions extends TrustConfigFile {
  readonly kind: "trust-config";
}

const keptMs = 24 * 3_600_000;
/** As long as it takes to find out again that nothing answers, and no shorter. */
const failureKeptMs = 10_000;

/**
 * @throws {SigstoreError} `SIGSTORE_TRUST_CONFIG_INVALID`, at once: a file is read when it is given
 * @example const trustRoot = createTrustRoot({ kind: "trust-config", text, file: "trust_config.json" });
 */
export function createTrustRoot(options: TrustRootOptions): TrustRoot {
  if (options.kind === "trust-config") {
    const material = parseTrustConfig(options);
    return { load: async () => material };
  }
  const { clock } = options;
  const cache = createLookUpCache<TrustMaterial>({
    ...{ now: clock.now, maxEntries: 1, successMs: keptMs, failureMs: failureKeptMs },
  });
  const load = async (signal: AbortSignal): Promise<TrustMaterial> => {
    try {
      const repository = options.repository ?? (await publicGoodRepository());
      return parseTrustedRoot(await fetchTrustedRoot({ ...options, repository, signal }));
    } catch (cause) {
      if (signal.aborted) throw cause;
      throw unavailable(cause);
    }
  };
  return { load: async (signal) => await cache.get("trusted root", load, { signal }) };
}

function unavailable(cause: unknown): SigstoreError {
  const remedy =
    "Note that verification options were provided, so a Sigstore trust root is required. " +
    "Without access to the repository, give one with --sigstore-trust-config.";
  return new SigstoreError(`Error building Sigstore trust root: ${errorText(cause)}. ${remedy}`, {
    code: "SIGSTORE_TRUST_ROOT_UNAVAILABLE",
  });
}
