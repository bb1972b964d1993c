import { errorText } from "@kubewarden-ts/base";
import { ClientTrustConfig, SigningConfig } from "@sigstore/protobuf-specs";
import * as v from "valibot";
import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { readUserText } from "../user-file.ts";

/** The services of the public Sigstore. */
const publicGood = {
  mediaType: "application/vnd.dev.sigstore.signingconfig.v0.2+json",
  caUrls: [{ url: "https://fulcio.sigstore.dev", majorApiVersion: 1 }],
  rekorTlogUrls: [{ url: "https://rekor.sigstore.dev", majorApiVersion: 1 }],
  rekorTlogConfig: { selector: "ANY" },
};

/**
 * The services that sign: those of a ClientTrustConfig file, else the public ones.
 * @param path - of the file
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` naming the file
 */
export async function readSigningConfig(path: string | undefined, files: FileSystem): Promise<SigningConfig> {
  if (path === undefined) return SigningConfig.fromJSON(publicGood);
  const text = await readUserText(files, path, `could not read Sigstore PKI file ${path}`);
  const { signingConfig } = parse(text, path);
  if (signingConfig === undefined)
    throw invalidInput(`Sigstore PKI file ${path} missing signing_config field`);
  if (signingConfig.caUrls.length === 0) {
    throw invalidInput(`Sigstore PKI file ${path} names no certificate authority in signing_config`);
  }
  return signingConfig;
}

function parse(text: string, path: string): ClientTrustConfig {
  try {
    return ClientTrustConfig.fromJSON(v.parse(v.looseObject({}), JSON.parse(text)));
  } catch (error) {
    throw invalidInput(`could not parse Sigstore trust config file ${path}: ${errorText(error)}`);
  }
}
