import { join } from "node:path";
import { normalizePolicyUri } from "@kubewarden-ts/oci";
import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";

/**
 * The file that a downloaded module goes to: the one the user named; in a folder, one with the last name of its address.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for an address without a name
 * @example await fileForModule("downloads", "ghcr.io/acme/policy", files) // "downloads/policy:latest"
 */
export async function fileForModule(
  output: string,
  uri: string,
  { stat }: Pick<FileSystem, "stat">,
): Promise<string> {
  const about = await stat(output).catch(() => undefined);
  if (!about?.isDirectory()) return output;
  const whole = /^\w+:\/\//.test(uri) ? uri : `registry://${uri}`;
  const { pathname } = new URL(normalizePolicyUri(whole));
  const name = pathname.split("/").at(-1) ?? "";
  if (name === "") throw invalidInput(`${uri} has no name for a file in ${output}: name the file itself`);
  return join(output, name);
}
