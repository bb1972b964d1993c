import { join } from "node:path";
import { deferred, errorText, type Logger, systemClock } from "@kubewarden-ts/base";
import type { Connections } from "@kubewarden-ts/oci";
import type { TrustRoot } from "@kubewarden-ts/sigstore";
import type { FileSystem } from "../define-command.ts";
import type { Directories } from "../directories.ts";
import { invalidInput } from "../errors.ts";
import { readUserText } from "../user-file.ts";

/**
 * Whom signatures are traced back to: the file of `--sigstore-trust-config`, which is read at once, else the public
 * Sigstore, which is contacted when a signature needs it.
 * @param path - of the file
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` naming the file
 */
export async function openTrustRoot(
  path: string | undefined,
  deps: {
    readonly files: Pick<FileSystem, "readFile">;
    readonly directories: Directories;
    readonly connections: Connections;
    readonly log: Logger;
  },
): Promise<TrustRoot> {
  const { files, directories, connections, log } = deps;
  if (path !== undefined) return await trustRootOf(path, files);
  const publicRoot = deferred(async () => {
    const { createTrustRoot } = await import("@kubewarden-ts/sigstore");
    const cacheFolder = join(directories.config, "fulcio_and_rekor_data");
    return createTrustRoot({ kind: "public-good", cacheFolder, connections, clock: systemClock, log });
  });
  return { load: async (signal) => await (await publicRoot()).load(signal) };
}

async function trustRootOf(file: string, files: Pick<FileSystem, "readFile">): Promise<TrustRoot> {
  const text = await readUserText(files, file, `could not read Sigstore PKI file ${file}`);
  const { createTrustRoot } = await import("@kubewarden-ts/sigstore");
  try {
    return createTrustRoot({ kind: "trust-config", text, file });
  } catch (error) {
    throw invalidInput(errorText(error));
  }
}
