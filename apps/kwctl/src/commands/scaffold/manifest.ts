import { defineCommand } from "../../define-command.ts";
import { uriOrShaPrefix } from "../../flags/policy-argument.ts";
import { sourcesFlags } from "../../flags/sources.ts";
import { verificationFlags } from "../../flags/verification.ts";
import { readSettings } from "../../run/settings.ts";
import { manifestWarnings } from "../../scaffold/manifest/manifest-warnings.ts";
import { manifestTypes, policyManifest } from "../../scaffold/manifest/policy-manifest.ts";
import { describePolicy } from "../../scaffold/policy-source.ts";
import { yamlText } from "../../yaml-text.ts";

/** `kwctl scaffold manifest` (kwctl-and-oci.md 7.1) */
export const manifest = defineCommand({
  summary: "Output a Kubernetes resource manifest",
  args: [uriOrShaPrefix],
  flags: {
    type: {
      type: "enum",
      short: "t",
      valueName: "VALUE",
      values: manifestTypes,
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
  async run({ args: [policy], flags, stdout, ...deps }) {
    const source = { path: flags["settings-path"], json: flags["settings-json"] };
    const settings = await readSettings(source, deps.files);
    const { uri, metadata } = await describePolicy(policy, flags, deps);
    const { type, title } = flags;
    const options = { metadata, type, allowContextAware: flags["allow-context-aware"] };
    const resource = policyManifest({ ...options, module: uri, settings, title });
    for (const warning of manifestWarnings(options)) deps.log.warn(warning);
    stdout.write(yamlText(resource));
  },
});
