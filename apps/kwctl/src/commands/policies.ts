import { notAvailable } from "../not-available.ts";

/** `kwctl policies` (kwctl-and-oci.md 6) */
export const policies = notAvailable("policies", { summary: "Lists all downloaded policies" });
