import { defineCommand } from "../../define-command.ts";
import { convertPodSecurityPolicies } from "../../psp/convert.ts";
import { readPodSecurityPolicies } from "../../psp/pod-security-policy.ts";
import { readUserText } from "../../user-file.ts";

/** `kwctl scaffold psp` */
export const scaffoldPsp = defineCommand({
  summary: "kubewarden-ts only: convert PodSecurityPolicies into ClusterAdmissionPolicies",
  args: [
    { name: "[path]", description: "YAML file of PodSecurityPolicies; standard input without, or with -" },
  ],
  async run({ args: [path], files, readStdin, stdout }) {
    const file = path === "-" ? undefined : path;
    const text =
      file === undefined
        ? new TextDecoder().decode(await readStdin())
        : await readUserText(files, file, `Error reading ${file}`);
    stdout.write(convertPodSecurityPolicies(readPodSecurityPolicies(text, file)));
  },
});
