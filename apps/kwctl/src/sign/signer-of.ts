import type { Logger } from "@kubewarden-ts/base";
import type { FlagValues } from "@kubewarden-ts/cli";
import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import type { signingFlags } from "../flags/signing.ts";
import { readUserText } from "../user-file.ts";
import { readIdentityToken } from "./identity-token.ts";
import { type ImageSigner, keySigner } from "./image-signer.ts";
import { passwordVariable, readSigningKey } from "./signing-key.ts";

/** Who signs, and what the signature says. */
export interface Signing {
  readonly signer: ImageSigner;
  readonly annotations: Readonly<Record<string, string>>;
}

export interface SigningDeps {
  readonly files: FileSystem;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Logger;
}

/** What holds a token where no flag says how to sign; cosign reads the same. */
const tokenVariable = "SIGSTORE_ID_TOKEN";

/**
 * Reads what flags say about a signature; nothing is contacted.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export async function signingOf(flags: FlagValues<typeof signingFlags>, deps: SigningDeps): Promise<Signing> {
  const annotations = annotationsOf(flags.annotation);
  return { signer: await signerOf(flags, deps), annotations };
}

async function signerOf(
  flags: FlagValues<typeof signingFlags>,
  { files, env, log }: SigningDeps,
): Promise<ImageSigner> {
  const { key: file, "identity-token": given = env[tokenVariable] } = flags;
  if (file !== undefined) {
    const pem = await readUserText(files, file, `could not read file ${file}`);
    return await keySigner(readSigningKey(pem, { file, password: env[passwordVariable] }));
  }
  if (given === undefined) {
    throw invalidInput(
      "Nothing to sign with: give a private key (--key) or an identity token (--identity-token)",
    );
  }
  const token = await readIdentityToken(given, files);
  // Who signs with a key does not load what this takes.
  const [{ keylessSigner }, { readSigningConfig }] = await Promise.all([
    import("./keyless-signer.ts"),
    import("./signing-config.ts"),
  ]);
  const signingConfig = await readSigningConfig(flags["sigstore-trust-config"], files);
  return await keylessSigner({ token, signingConfig, log });
}

/** @param texts - of the form that the flag has */
function annotationsOf(texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text) => [text.replace(/=.*/s, ""), text.replace(/^[^=]*=/, "")]));
}
