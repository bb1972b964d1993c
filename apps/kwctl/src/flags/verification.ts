import { join } from "node:path";
import { defineFlags, type FlagValues } from "@kubewarden-ts/cli";
import type { FileSystem } from "../define-command.ts";
import type { Directories } from "../directories.ts";
import { KwctlError } from "../errors.ts";
import { existing } from "../existing-file.ts";

/** Flags of every command that verifies signatures (kwctl-and-oci.md 5, VER). */
export const verificationFlags = defineFlags({
  "verification-config-path": {
    type: "string",
    valueName: "PATH",
    description: "YAML file holding verification config information (signatures, public keys...)",
  },
  "verification-key": {
    type: "string",
    short: "k",
    valueName: "PATH",
    repeatable: true,
    description: "Path to key used to verify the policy. Can be repeated multiple times",
  },
  "verification-annotation": {
    type: "string",
    short: "a",
    valueName: "KEY=VALUE",
    repeatable: true,
    description: "Annotation in key=value format. Can be repeated multiple times",
  },
  "cert-email": { type: "string", valueName: "VALUE", description: "Expected email in Fulcio certificate" },
  "cert-oidc-issuer": {
    type: "string",
    valueName: "VALUE",
    description: "Expected OIDC issuer in Fulcio certificates",
  },
  "github-owner": {
    type: "string",
    valueName: "VALUE",
    description: "GitHub owner expected in the certificates generated in CD pipelines",
  },
  "github-repo": {
    type: "string",
    valueName: "VALUE",
    description: "GitHub repository expected in the certificates generated in CD pipelines",
  },
  "sigstore-trust-config": {
    type: "string",
    valueName: "PATH",
    description: "JSON file with a Sigstore ClientTrustConfig, in place of the public Sigstore instance",
  },
});

/** Its presence turns verification on. */
const defaultConfig = "verification-config.yml";

/**
 * Refuses to go on unverified where verification was asked for, by a flag or by the default configuration file.
 * @throws {KwctlError} `KWCTL_NOT_AVAILABLE`
 */
export async function refuseVerification(
  flags: FlagValues<typeof verificationFlags>,
  { files, directories }: { readonly files: FileSystem; readonly directories: Directories },
): Promise<void> {
  const asked = Object.entries(flags).find(
    ([name, value]) => Object.hasOwn(verificationFlags, name) && value !== undefined && value.length > 0,
  );
  const file = await existing(join(directories.config, defaultConfig), files);
  const reason = asked === undefined ? file : `--${asked[0]}`;
  if (reason === undefined) return;
  const message = `signature verification (${reason}) is not available yet`;
  throw new KwctlError(message, { code: "KWCTL_NOT_AVAILABLE" });
}
