import { errorText, osErrorText } from "@kubewarden-ts/base";
import { KUBEWARDEN_VERSION, type PolicyMetadata, toMetadata } from "@kubewarden-ts/protocol";
import { parse } from "yaml";
import { annotateModule } from "../annotate/annotate-module.ts";
import { readProtocolVersion } from "../annotate/protocol-version.ts";
import { defineCommand } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { readUserFile, readUserText } from "../user-file.ts";

export const annotate = defineCommand({
  summary: "Add Kubewarden metadata to a WebAssembly module",
  args: [{ name: "<wasm-path>", description: "Path to the WebAssembly module to be annotated" }],
  flags: {
    "metadata-path": {
      type: "string",
      short: "m",
      valueName: "PATH",
      required: true,
      description: "File containing the metadata, in YAML",
    },
    "output-path": {
      type: "string",
      short: "o",
      valueName: "PATH",
      required: true,
      description: "Output file",
    },
    "usage-path": {
      type: "string",
      short: "u",
      valueName: "PATH",
      description: "File containing the usage information of the policy",
    },
  },
  async run({ args: [wasmPath], flags, files, log }) {
    const usagePath = flags["usage-path"];
    const usage =
      usagePath === undefined ? undefined : await readUserText(files, usagePath, "Error reading usage file");
    const module = await readUserFile(files, wasmPath, "Error reading wasm file");
    const metadata = readMetadataFile(
      await readUserText(files, flags["metadata-path"], "Error opening metadata file"),
    );
    const annotated = await annotateModule({
      module,
      metadata,
      usage,
      kwctlVersion: KUBEWARDEN_VERSION,
      readProtocolVersion: (bytes) => readProtocolVersion(bytes, log),
    });
    const { undeclared, undetected } = annotated.capabilities;
    if (undeclared.length > 0) {
      log.warn("host capabilities used by the policy but not declared in metadata", {
        capabilities: undeclared,
      });
    }
    if (undetected.length > 0) {
      log.warn("host capabilities declared in metadata but not detected in the policy", {
        capabilities: undetected,
      });
    }
    await files.writeFile(flags["output-path"], annotated.module).catch((error: unknown) => {
      throw invalidInput(`Error writing output file ${flags["output-path"]}: ${osErrorText(error)}`);
    });
  },
});

/** @throws {KwctlError} naming every field that is wrong */
function readMetadataFile(text: string): PolicyMetadata {
  try {
    return toMetadata(parse(text));
  } catch (error) {
    throw invalidInput(`Error unmarshalling metadata ${errorText(error)}`);
  }
}
