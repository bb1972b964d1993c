import { deferred, errorText, type Logger, systemClock } from "@kubewarden-ts/base";
import type { Connections } from "@kubewarden-ts/oci";
import type { TrustRoot } from "@kubewarden-ts/sigstore";
import type { ServerConfig } from "../config.ts";
import { readTrustConfig } from "../configuration-files.ts";
import { ServerError } from "../errors.ts";

/**
 * Whom signatures are traced back to (policy-server 2.5): a file, which is read at once, else the public Sigstore, which is
 * contacted when a signature needs it.
 * @throws {ServerError} `SERVER_CONFIG_INVALID` naming the file
 */
export async function openTrustRoot(
  {
    sigstoreTrustConfigPath: file,
    sigstoreCacheFolder: cacheFolder,
  }: Pick<ServerConfig, "sigstoreTrustConfigPath" | "sigstoreCacheFolder">,
  { connections, log }: { connections: Connections; log: Logger },
): Promise<TrustRoot> {
  if (file !== undefined) return await trustRootOf(file);
  const publicRoot = deferred(async () => {
    const { createTrustRoot } = await import("@kubewarden-ts/sigstore");
    return createTrustRoot({ kind: "public-good", cacheFolder, connections, clock: systemClock, log });
  });
  return { load: async (signal) => await (await publicRoot()).load(signal) };
}

async function trustRootOf(file: string): Promise<TrustRoot> {
  const text = await readTrustConfig(file);
  const { createTrustRoot } = await import("@kubewarden-ts/sigstore");
  try {
    return createTrustRoot({ kind: "trust-config", text, file, fileIs: "Sigstore trust config file" });
  } catch (error) {
    throw new ServerError(errorText(error), { code: "SERVER_CONFIG_INVALID" });
  }
}
