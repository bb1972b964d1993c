import { notAvailable } from "../not-available.ts";

/** `kwctl load` (kwctl-and-oci.md 6) */
export const load = notAvailable("load", {
  summary: "Load policies from a tarball",
  flags: {
    input: { type: "string", valueName: "FILE", required: true, description: "Load policies from tarball" },
  },
});
