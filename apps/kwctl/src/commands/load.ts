import { errorText, osErrorText } from "@kubewarden-ts/base";
import { defineCommand } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { unpackArchive } from "../store/unpack-archive.ts";

const limits = {
  maxModuleBytes: 256 * 1024 * 1024,
  maxTotalBytes: 16 * 1024 * 1024 * 1024,
  maxEntries: 10_000,
};

/** `kwctl load` (kwctl-and-oci.md 4 and 6) */
export const load = defineCommand({
  summary: "Load policies from a tarball",
  flags: {
    input: { type: "string", valueName: "FILE", required: true, description: "Load policies from tarball" },
  },
  async run({ flags: { input }, files, policies }) {
    await files.stat(input).catch((error: unknown) => {
      throw invalidInput(`cannot open file ${input}: ${osErrorText(error)}`);
    });
    const unpack = () => unpackArchive(files.readChunks(input), limits);
    try {
      // all of it is looked at before anything of it is kept
      for await (const _policy of unpack());
      for await (const { segments, bytes } of unpack()) await policies.write(segments, bytes);
    } catch (error) {
      throw invalidInput(`cannot unpack file ${input}: ${errorText(error)}`);
    }
  },
});
