import type { Logger } from "@kubewarden-ts/base";
import {
  type AdmitImage,
  admitVerified,
  type DownloadedModule,
  type ModuleStore,
  StoreError,
} from "@kubewarden-ts/policy-store";
import type { VerificationConfig } from "@kubewarden-ts/sigstore";
import type { FileSystem } from "../define-command.ts";
import type { Directories } from "../directories.ts";
import type { Registries } from "../store/registries.ts";
import { notValidated } from "./not-validated.ts";
import { openImageVerifier } from "./open-image-verifier.ts";

/**
 * Admits the images that are signed as a configuration says.
 * @param options.trustConfig - the path of `--sigstore-trust-config`
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` naming that file
 */
export async function admitSigned(
  { config, trustConfig }: { config: VerificationConfig; trustConfig: string | undefined },
  registries: Pick<Registries, "client" | "connections" | "platform">,
  deps: { readonly files: FileSystem; readonly directories: Directories; readonly log: Logger },
): Promise<AdmitImage> {
  const verifier = await openImageVerifier(trustConfig, registries, deps);
  const { client, platform } = registries;
  return admitVerified({
    verify: (reference, options) => verifier.verify(reference, config, options),
    client,
    platform,
  });
}

type FetchOptions = Parameters<ModuleStore["fetch"]>[1];

/** A store that admits signed images only, with the words of kwctl-and-oci.md 10 for what is refused. */
export function verifiedModules(
  { fetch, download }: Pick<ModuleStore, "fetch" | "download">,
  log: Logger,
): Pick<ModuleStore, "fetch" | "download"> {
  const told =
    <Module extends DownloadedModule>(load: (url: string, options: FetchOptions) => Promise<Module>) =>
    async (url: string, options: FetchOptions): Promise<Module> => {
      try {
        const module = await load(url, options);
        log.info("Local checksum successfully verified");
        return module;
      } catch (error) {
        throw isRefusal(error) ? notValidated(url, error) : error;
      }
    };
  return { fetch: told(fetch), download: told(download) };
}

function isRefusal(error: unknown): boolean {
  return (
    error instanceof StoreError &&
    (error.code === "STORE_NOT_VERIFIED" || error.code === "STORE_NOT_ADMITTED")
  );
}
