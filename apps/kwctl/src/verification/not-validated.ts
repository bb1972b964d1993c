import { errorText } from "@kubewarden-ts/base";
import { KwctlError } from "../errors.ts";

/**
 * The error of a policy that is not signed as it is to be, or cannot be verified (kwctl-and-oci.md 10).
 * @param url - of the policy
 */
export function notValidated(url: string, cause: unknown): KwctlError {
  return new KwctlError(`Policy ${url} cannot be validated\n${errorText(cause)}`, {
    code: "KWCTL_NOT_VERIFIED",
  });
}
