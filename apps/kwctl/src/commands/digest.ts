import { policyUri } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { notAvailable } from "../not-available.ts";

/** `kwctl digest` (kwctl-and-oci.md 6) */
export const digest = notAvailable("digest", {
  summary: "Fetch digest from the OCI manifest of a policy",
  args: [policyUri],
  flags: { ...sourcesFlags },
});
