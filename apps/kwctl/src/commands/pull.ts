import { defineCommand } from "../define-command.ts";
import { policyUri } from "../flags/policy-argument.ts";
import { pullFlags } from "../flags/pull.ts";
import { sourcesFlags } from "../flags/sources.ts";
import { verificationFlags } from "../flags/verification.ts";
import { fileForModule } from "../store/file-for-module.ts";
import { openModules } from "../store/open-modules.ts";
import { progressOn } from "../store/progress.ts";
import { writeUserFile } from "../user-file.ts";

/** `kwctl pull` (kwctl-and-oci.md 6 and 10) */
export const pull = defineCommand({
  summary: "Pulls a Kubewarden policy from a given URI",
  args: [policyUri],
  flags: {
    "output-path": {
      type: "string",
      short: "o",
      valueName: "PATH",
      description: "Output file. If not provided will be downloaded to the Kubewarden store",
    },
    ...pullFlags,
    ...sourcesFlags,
    ...verificationFlags,
  },
  async run({ args: [uri], flags, ...deps }) {
    const { files, status } = deps;
    await using modules = await openModules(flags, deps);
    using line = status.begin(`Pulling ${uri}`);
    const progress = progressOn(line, `Pulling ${uri}`);
    const output = flags["output-path"];
    if (output === undefined) {
      await modules.fetch(uri, { progress });
      return;
    }
    const module = await modules.download(uri, { progress });
    const path = await fileForModule(output, uri, files);
    await writeUserFile(files, path, module, `Cannot write ${path}`);
  },
});
