import { defineCommand } from "../../define-command.ts";
import { convertVap } from "../../scaffold/vap/convert-vap.ts";
import {
  readValidatingAdmissionPolicy,
  readValidatingAdmissionPolicyBinding,
} from "../../scaffold/vap/vap-schema.ts";
import { modulePitfalls } from "../../scaffold/vap/vap-warnings.ts";
import { readUserText } from "../../user-file.ts";
import { yamlText } from "../../yaml-text.ts";

/** A comment when the two files do not belong together; standard error stays empty, as with upstream. */
function mismatch(name: string | undefined, boundName: string | null | undefined): string {
  if (name === undefined || !boundName || boundName === name) return "";
  return `# The binding is one of the policy ${JSON.stringify(boundName)}, not of ${JSON.stringify(name)}.\n`;
}

/** `kwctl scaffold vap` (kwctl-and-oci.md 7.5) */
export const vap = defineCommand({
  summary: "Convert a Kubernetes ValidatingAdmissionPolicy into a Kubewarden ClusterAdmissionPolicy",
  flags: {
    policy: {
      type: "string",
      short: "p",
      valueName: "VALIDATING-ADMISSION-POLICY.yaml",
      required: true,
      description: "The file containing the ValidatingAdmissionPolicy definition",
    },
    binding: {
      type: "string",
      short: "b",
      valueName: "VALIDATING-ADMISSION-POLICY-BINDING.yaml",
      required: true,
      description: "The file containing the ValidatingAdmissionPolicyBinding definition",
    },
    "cel-policy": {
      type: "string",
      valueName: "URI",
      default: "ghcr.io/kubewarden/policies/cel-policy:latest",
      description: "The CEL policy module to use",
    },
  },
  async run({ flags, files, log, stdout }) {
    const read = (path: string) => readUserText(files, path, `cannot open ${path}`);
    const policy = readValidatingAdmissionPolicy(await read(flags.policy));
    const binding = readValidatingAdmissionPolicyBinding(await read(flags.binding));
    const module = flags["cel-policy"];
    const { resource, warnings } = convertVap(policy, binding, module);
    for (const warning of [...modulePitfalls(module), ...warnings]) log.warn(warning);
    stdout.write(mismatch(policy.metadata?.name, binding.spec.policyName) + yamlText(resource));
  },
});
