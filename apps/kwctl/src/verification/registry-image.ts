import { errorText } from "@kubewarden-ts/base";
import { type ImageReference, parseReference } from "@kubewarden-ts/oci";
import { parseModuleUrl } from "@kubewarden-ts/policy-store";
import { invalidInput, type KwctlError } from "../errors.ts";

/**
 * The image of a policy that is looked up, verified or signed: `registry://…`, or a bare reference (kwctl-and-oci.md 3.3).
 * @param what - is done with it, for errors
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`: other policies have neither digest nor signatures
 */
export function registryImage(
  uri: string,
  what: "Verification" | "Signing" | "Looking up a digest",
): ImageReference {
  try {
    const location = parseModuleUrl(uri);
    if (location.kind === "registry") return parseReference(location.reference);
  } catch (error) {
    throw notImage(what, errorText(error));
  }
  throw notImage(what, "invalid reference format");
}

function notImage(what: string, why: string): KwctlError {
  return invalidInput(`${what} only works with OCI images: Not a valid oci image: ${why}`);
}
