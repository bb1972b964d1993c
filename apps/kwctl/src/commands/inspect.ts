import { formatMetadata, type PolicyMetadata } from "@kubewarden-ts/protocol";
import { defineCommand } from "../define-command.ts";
import { KwctlError } from "../errors.ts";
import { uriOrShaPrefix } from "../flags/policy-argument.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { policyDetails } from "../inspect/details.ts";
import { localPolicyPath, locatePolicy } from "../locate-policy.ts";
import { readPolicyModule } from "../policy-module.ts";
import { readUserFile } from "../user-file.ts";
import { yamlText } from "../yaml-text.ts";

export const inspect = defineCommand({
  summary: "Inspect Kubewarden policy",
  args: [uriOrShaPrefix],
  flags: {
    output: { type: "enum", short: "o", valueName: "FORMAT", values: ["yaml"], description: "Output format" },
    "show-signatures": { type: "boolean", description: "Show sigstore signatures" },
    ...sourcesFlags,
  },
  async run({ args: [policy], flags, files, stdout, stderr }) {
    const url = await locatePolicy(policy, files);
    const path = localPolicyPath(url);
    const bytes = await readUserFile(files, path, `Cannot find policy with uri: ${url}`);
    const { metadata } = readPolicyModule(bytes);
    if (metadata === undefined) throw notAnnotated(url);
    const isYaml = flags.output === "yaml";
    stdout.write(isYaml ? metadataYaml(metadata) : policyDetails(metadata));
    // Notes stay out of the YAML document.
    if (flags["show-signatures"]) (isYaml ? stderr : stdout).write(unsignedNote);
  },
});

/** Files have no signatures of their own: these lie beside a policy in its registry. */
const unsignedNote =
  "\nCannot determine if the policy has been signed. There was an error while attempting to fetch its signatures from the registry: invalid uri\n";

/** The keys in the order of the custom section. */
function metadataYaml(metadata: PolicyMetadata): string {
  return yamlText(JSON.parse(formatMetadata(metadata)));
}

function notAnnotated(url: string): KwctlError {
  const message = [
    `No Kubewarden metadata found inside of '${url}'.`,
    "Policies can be annotated with the `kwctl annotate` command.",
  ].join("\n");
  return new KwctlError(message, { code: "KWCTL_POLICY_INVALID" });
}
