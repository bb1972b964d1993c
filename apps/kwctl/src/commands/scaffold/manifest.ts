import { uriOrShaPrefix } from "../../flags/policy-argument.ts";
import { sourcesFlags } from "../../flags/sources.ts";
import { verificationFlags } from "../../flags/verification.ts";
import { notAvailable } from "../../not-available.ts";

/** `kwctl scaffold manifest` (kwctl-and-oci.md 7) */
export const manifest = notAvailable("scaffold manifest", {
  summary: "Output a Kubernetes resource manifest",
  args: [uriOrShaPrefix],
  flags: {
    type: {
      type: "enum",
      short: "t",
      valueName: "VALUE",
      values: ["ClusterAdmissionPolicy", "AdmissionPolicy"],
      required: true,
      description: "Kubewarden Custom Resource type",
    },
    "settings-path": {
      type: "string",
      short: "s",
      valueName: "PATH",
      conflictsWith: ["settings-json"],
      description: "File containing the settings for this policy",
    },
    "settings-json": {
      type: "string",
      valueName: "VALUE",
      description: "JSON string containing the settings for this policy",
    },
    title: { type: "string", valueName: "VALUE", description: "Policy title" },
    "allow-context-aware": {
      type: "boolean",
      description:
        "Uses the policy metadata to define which Kubernetes resources can be accessed by the policy",
    },
    ...sourcesFlags,
    ...verificationFlags,
  },
});
