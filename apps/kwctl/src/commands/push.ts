import { sourcesFlags } from "../flags/sources.ts";
import { notAvailable } from "../not-available.ts";

/** `kwctl push` (kwctl-and-oci.md 6) */
export const push = notAvailable("push", {
  summary: "Pushes a Kubewarden policy to an OCI registry",
  args: [
    { name: "<policy>", description: "Policy to push: its path, URI or SHA prefix in the store" },
    { name: "<uri>", description: "Where to push it: registry://…" },
  ],
  flags: {
    force: { type: "boolean", short: "f", description: "Push also a policy that is not annotated" },
    output: {
      type: "enum",
      short: "o",
      valueName: "FORMAT",
      values: ["text", "json"],
      default: "text",
      description: "Output format",
    },
    ...sourcesFlags,
  },
});
