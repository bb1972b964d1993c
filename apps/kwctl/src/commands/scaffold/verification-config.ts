import { join } from "node:path";
import { defineCommand } from "../../define-command.ts";
import { verificationConfigTemplate } from "../../scaffold/verification-config.ts";

/** `kwctl scaffold verification-config` (kwctl-and-oci.md 7.2) */
export const verificationConfig = defineCommand({
  summary: "Output a default Sigstore verification configuration file",
  run({ directories, stdout }) {
    stdout.write(verificationConfigTemplate(join(directories.config, "verification-config.yml")));
  },
});
