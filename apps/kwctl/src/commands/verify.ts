import { policyUri } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { verificationFlags } from "../flags/verification.ts";
import { notAvailable } from "../not-available.ts";

/** `kwctl verify` (kwctl-and-oci.md 6) */
export const verify = notAvailable("verify", {
  summary: "Verify a Kubewarden policy from a given URI using Sigstore",
  args: [policyUri],
  flags: { ...sourcesFlags, ...verificationFlags },
});
