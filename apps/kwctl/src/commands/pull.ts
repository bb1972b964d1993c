import { policyUri } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { verificationFlags } from "../flags/verification.ts";
import { notAvailable } from "../not-available.ts";

/** `kwctl pull` (kwctl-and-oci.md 6) */
export const pull = notAvailable("pull", {
  summary: "Pulls a Kubewarden policy from a given URI",
  args: [policyUri],
  flags: {
    "output-path": {
      type: "string",
      short: "o",
      valueName: "PATH",
      description: "Output file. If not provided will be downloaded to the Kubewarden store",
    },
    ...sourcesFlags,
    ...verificationFlags,
  },
});
