import { notAvailable } from "../../not-available.ts";

/** `kwctl scaffold verification-config` (kwctl-and-oci.md 7) */
export const verificationConfig = notAvailable("scaffold verification-config", {
  summary: "Output a default Sigstore verification configuration file",
});
