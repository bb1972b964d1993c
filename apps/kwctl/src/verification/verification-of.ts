import { join } from "node:path";
import { errorText, type Logger } from "@kubewarden-ts/base";
import type { FlagValues } from "@kubewarden-ts/cli";
import type { VerificationConfig } from "@kubewarden-ts/sigstore";
import type { FileSystem } from "../define-command.ts";
import type { Directories } from "../directories.ts";
import { invalidInput } from "../errors.ts";
import { existing } from "../existing-file.ts";
import type { verificationFlags } from "../flags/verification.ts";
import { readUserText } from "../user-file.ts";

/** Its presence turns verification on. */
const defaultConfigFile = "verification-config.yml";

/**
 * What policies are to be signed by (kwctl-and-oci.md 5, VER): the flags, else the file that one of them names, else the
 * default file if it is there.
 * @returns nothing when nobody asked for verification
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` with upstream's texts, for flags that do not go together and for files that
 * cannot be read
 */
export async function verificationOf(
  flags: FlagValues<typeof verificationFlags>,
  deps: { readonly files: FileSystem; readonly directories: Directories; readonly log: Logger },
): Promise<VerificationConfig | undefined> {
  const { files, directories, log } = deps;
  const path = flags["verification-config-path"];
  const given = await configOfFlags(flags, files);
  if (given !== undefined && path !== undefined) {
    throw invalidInput(
      "verification-config-path cannot be used in conjunction with other verification flags",
    );
  }
  if (given !== undefined) return given;
  if (path !== undefined) return await readConfig(path, files);
  const defaultFile = await existing(join(directories.config, defaultConfigFile), files);
  if (defaultFile === undefined) return undefined;
  log.info("Default verification config present, using it");
  return await readConfig(defaultFile, files, `: ${defaultRemedy}`);
}

/** The user did not name that file in this command. */
const defaultRemedy = "its presence turns verification on, so repair it, or remove it to verify nothing";

async function configOfFlags(
  flags: FlagValues<typeof verificationFlags>,
  files: FileSystem,
): Promise<VerificationConfig | undefined> {
  if (!isAnyGiven(flags)) return undefined;
  const keys: string[] = [];
  for (const path of flags["verification-key"]) {
    keys.push(await readUserText(files, path, `could not read file ${path}`));
  }
  const { verificationConfigOf } = await loadSigstore();
  try {
    return verificationConfigOf({
      keys,
      annotations: flags["verification-annotation"],
      certEmail: flags["cert-email"],
      certOidcIssuer: flags["cert-oidc-issuer"],
      githubOwner: flags["github-owner"],
      githubRepo: flags["github-repo"],
    });
  } catch (error) {
    throw invalidInput(errorText(error));
  }
}

async function readConfig(path: string, files: FileSystem, remedy = ""): Promise<VerificationConfig> {
  const { parseVerificationConfig } = await loadSigstore();
  try {
    return parseVerificationConfig(await readUserText(files, path, "failed to read verification file"));
  } catch (error) {
    throw invalidInput(`${errorText(error)} (${path})${remedy}`);
  }
}

/** Who verifies nothing does not load what it takes. */
function loadSigstore() {
  return import("@kubewarden-ts/sigstore");
}

const constraintFlags = [
  "verification-key",
  "verification-annotation",
  "cert-email",
  "cert-oidc-issuer",
  "github-owner",
  "github-repo",
] as const;

/** An empty text counts: a variable that somebody forgot to set does not turn verification off. */
function isAnyGiven(flags: FlagValues<typeof verificationFlags>): boolean {
  return constraintFlags.some((name) => {
    const value = flags[name];
    return typeof value === "string" || (value !== undefined && value.length > 0);
  });
}
