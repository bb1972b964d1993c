import { fileURLToPath } from "node:url";
import type { FlagValues } from "@kubewarden-ts/cli";
import type { Progress } from "@kubewarden-ts/oci";
import type { ModuleStore, PinnedPolicy, PullPolicy } from "@kubewarden-ts/policy-store";
import type { VerificationConfig } from "@kubewarden-ts/sigstore";
import type { KwctlDeps } from "../define-command.ts";
import { KwctlError } from "../errors.ts";
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
  /** Of a policy that the user named by its digest: no other module is given for it. */
  readonly pinned?: PinnedPolicy | undefined;
}

type ModuleFlags = FlagValues<typeof sourcesFlags> &
  FlagValues<typeof verificationFlags> & { readonly "pull-policy"?: PullPolicy };

type OpenModulesDeps = RegistryDeps & Pick<KwctlDeps, "policies">;

/** For one module, all attempts included. */
const timeoutMs = 600_000;

/**
 * Reads the flags about sources and verification. Who asked for verification gets it, or an error: this is the one place
 * where modules come from.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export async function openModules(flags: ModuleFlags, deps: OpenModulesDeps): Promise<OpenModules> {
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
  const take = async (url: string, ask: "fetch" | "download", options: PullOptions = {}) => {
    const { progress, pinned } = options;
    const path = fileAt(url);
    if (path !== undefined) return await readUserFile(deps.files, path, path);
    if (pinned !== undefined && config === undefined && pullPolicy !== "always") {
      return (await deps.policies.read(pinned)).bytes;
    }
    const module = await store[ask](url, { signal: AbortSignal.timeout(timeoutMs), progress });
    if (pinned !== undefined && module.digest !== pinned.digest) throw notPinned(url, pinned, module.digest);
    return module.bytes;
  };
  const parts = opened.move();
  return {
    registries,
    fetch: (url, options) => take(url, "fetch", options),
    download: (url, options) => take(url, "download", options),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

/** What is verified, or pulled always, is what the address leads to now: the digest that was given may be another one's. */
function notPinned(url: string, { digest }: PinnedPolicy, found: string): KwctlError {
  const text = `the policy named by its digest ${digest} came from ${url}, which leads to ${found} now: name it by its address to use that one`;
  return new KwctlError(text, { code: "KWCTL_POLICY_NOT_FOUND" });
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
