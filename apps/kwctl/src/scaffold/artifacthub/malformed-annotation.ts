import { KwctlError } from "../../errors.ts";

/** An annotation whose value cannot be used; the texts are those of kwctl-and-oci.md 7.3. */
export function malformedAnnotation(key: string, problem: string): KwctlError {
  return new KwctlError(`annotation "${key}" in policy metadata ${problem}`, { code: "KWCTL_INPUT_INVALID" });
}
