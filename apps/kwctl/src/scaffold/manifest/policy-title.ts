import { KwctlError } from "../../errors.ts";

const maxTitleLength = 253;
const label = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Checks that a title can be the name of a Kubernetes resource.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID`, with the beginning of kwctl-and-oci.md 7.1
 */
export function checkPolicyTitle(title: string): void {
  if (title.length <= maxTitleLength && title.split(".").every((part) => label.test(part))) return;
  const rule =
    "lower-case letters, digits, '-' and '.', each part between dots of at most 63 characters that begins and ends " +
    "with a letter or a digit, 253 characters in all. Choose another with --title";
  throw new KwctlError(`Invalid title '${title}'. Must conform to RFC 1123: ${rule}`, {
    code: "KWCTL_INPUT_INVALID",
  });
}
