import { eraseCredential } from "@kubewarden-ts/oci";
import { defineCommand } from "../define-command.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { keepOptions } from "../login/keep-options.ts";
import { registryArgument, registryOf } from "../login/registry-argument.ts";

/** `kwctl logout` */
export const logout = defineCommand({
  summary: "kubewarden-ts only: forget the credentials of a registry",
  args: [registryArgument],
  flags: { "docker-config-json-path": sourcesFlags["docker-config-json-path"] },
  async run({ args: [text], flags, env, stdout }) {
    const registry = registryOf(text);
    const wasKept = await eraseCredential(registry, keepOptions(flags["docker-config-json-path"], env));
    stdout.write(wasKept ? `Removed the credentials of ${registry}\n` : `Not logged in to ${registry}\n`);
  },
});
