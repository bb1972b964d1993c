import { type Logger, systemClock } from "@kubewarden-ts/base";
import { tellReasons } from "@kubewarden-ts/host-capabilities";
import { createImageVerifier, type ImageVerifier } from "@kubewarden-ts/sigstore";
import type { FileSystem } from "../define-command.ts";
import type { Directories } from "../directories.ts";
import type { Registries } from "../store/registries.ts";
import { openTrustRoot } from "./open-trust-root.ts";

/**
 * Verifies images over the connections of a command.
 * @param trustConfig - the path of `--sigstore-trust-config`
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` naming that file
 */
export async function openImageVerifier(
  trustConfig: string | undefined,
  { client, connections }: Pick<Registries, "client" | "connections">,
  deps: { readonly files: FileSystem; readonly directories: Directories; readonly log: Logger },
): Promise<ImageVerifier> {
  const { log } = deps;
  const trustRoot = await openTrustRoot(trustConfig, { ...deps, connections });
  return tellReasons(createImageVerifier({ client, trustRoot, clock: systemClock, log }), log);
}
