import { errorText } from "@kubewarden-ts/base";
import { type ImageReference, parseReference } from "@kubewarden-ts/oci";
import { invalidInput } from "../errors.ts";

/**
 * Where a policy is pushed to: `registry://…`, or a bare reference (kwctl-and-oci.md 3.3).
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`
 */
export function pushDestination(text: string): ImageReference {
  const url = /^\w+:\/\//.test(text) ? text : `registry://${text}`;
  if (!URL.canParse(url)) throw invalidInput(`invalid URL: ${text}`);
  if (!url.startsWith("registry://")) throw invalidInput("Invalid destination format");
  try {
    return parseReference(url.slice("registry://".length));
  } catch (error) {
    throw invalidInput(`Invalid OCI image reference: ${errorText(error)}`);
  }
}
