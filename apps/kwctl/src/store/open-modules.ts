import { fileURLToPath } from "node:url";
import type { FlagValues } from "@kubewarden-ts/cli";
import type { Progress } from "@kubewarden-ts/oci";
import type { ModuleStore, PullPolicy } from "@kubewarden-ts/policy-store";
import type { VerificationConfig } from "@kubewarden-ts/sigstore";
import type { sourcesFlags } from "../flags/sources.ts";
import type { verificationFlags } from "../flags/verification.ts";
import { readUserFile } from "../user-file.ts";
import { verificationOf } from "../verification/verification-of.ts";
import { openRegistries, type RegistryDeps } from "./open-registries.ts";
import type { Registries } from "./registries.ts";

/** Modules for a command that evaluates or reads policies: from the store, pulled when they are absent. */
export interface OpenModules extends AsyncDisposable {
  /**
   * The module at an address, verified where that was asked for.
   * @param url - as `locatePolicy` gives it, or as a policy resource names it
   * @throws {StoreError}
   * @throws {OciError}
   */
  fetch(url: string, options?: PullOptions): Promise<Uint8Array>;
  /** The same as it is at its address now, whatever the store holds; nothing is kept. */
  download(url: string, options?: PullOptions): Promise<Uint8Array>;
  readonly registries: Registries;
}

interface PullOptions {
  readonly progress?: Progress;
}

type ModuleFlags = FlagValues<typeof sourcesFlags> &
  FlagValues<typeof verificationFlags> & { readonly "pull-policy"?: PullPolicy };

/** For one module, all attempts included. */
const timeoutMs = 600_000;

/**
 * Reads the flags about sources and verification. Who asked for verification gets it, or an error: this is the one place
 * where modules come from.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export async function openModules(flags: ModuleFlags, deps: RegistryDeps): Promise<OpenModules> {
  const config = await verificationOf(flags, deps);
  await using opened = new AsyncDisposableStack();
  const registries = opened.use(await openRegistries(flags, deps));
  const pullPolicy = flags["pull-policy"];
  const store =
    config === undefined
      ? registries.openStore({ pullPolicy })
      : await openVerifiedStore(config, flags, { registries, ...deps });
  /** A file is read in place; where images must be admitted, it is for the store to say that files are none. */
  const fileAt = (url: string): string | undefined =>
    config === undefined && url.startsWith("file://") ? fileURLToPath(url) : undefined;
  const take = async (url: string, ask: "fetch" | "download", { progress }: PullOptions = {}) => {
    const path = fileAt(url);
    const signal = AbortSignal.timeout(timeoutMs);
    if (path === undefined) return (await store[ask](url, { signal, progress })).bytes;
    return await readUserFile(deps.files, path, path);
  };
  const parts = opened.move();
  return {
    registries,
    fetch: (url, options) => take(url, "fetch", options),
    download: (url, options) => take(url, "download", options),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** Who verifies nothing does not load what it takes. */
async function openVerifiedStore(
  config: VerificationConfig,
  flags: ModuleFlags,
  { registries, ...deps }: RegistryDeps & { registries: Registries },
): Promise<Pick<ModuleStore, "fetch" | "download">> {
  const { admitSigned, verifiedModules } = await import("../verification/verified-modules.ts");
  const trustConfig = flags["sigstore-trust-config"];
  const admit = await admitSigned({ config, trustConfig }, registries, deps);
  return verifiedModules(registries.openStore({ admit, pullPolicy: flags["pull-policy"] }), deps.log);
}
