import { uriOrShaPrefix } from "../flags/policy-argument.ts";
import { notAvailable } from "../not-available.ts";

/** `kwctl rm` (kwctl-and-oci.md 6) */
export const rm = notAvailable("rm", {
  summary: "Removes a Kubewarden policy from the store",
  args: [uriOrShaPrefix],
});
