import { errorText, osErrorText } from "@kubewarden-ts/base";
import { type PolicyMetadata, toMetadata } from "@kubewarden-ts/protocol";
import { parse } from "yaml";
import { defineCommand, type FileSystem } from "../../define-command.ts";
import { invalidInput } from "../../errors.ts";
import { existing } from "../../existing-file.ts";
import { artifactHubPackage } from "../../scaffold/artifacthub/package-document.ts";
import { readUserText } from "../../user-file.ts";
import { yamlText } from "../../yaml-text.ts";

const metadataFiles = ["metadata.yml", "metadata.yaml"];
const questionsFiles = ["questions-ui.yml", "questions-ui.yaml", "questions.yml", "questions.yaml"];

const header = `# What Artifact Hub (https://artifacthub.io) shows of this policy.
# It is read from the file artifacthub-pkg.yml:
#   kwctl scaffold artifacthub --output artifacthub-pkg.yml
`;

/** `kwctl scaffold artifacthub` (kwctl-and-oci.md 7.3) */
export const artifacthub = defineCommand({
  summary: "Output an artifacthub-pkg.yml file from a metadata file",
  flags: {
    "metadata-path": {
      type: "string",
      short: "m",
      valueName: "PATH",
      description: "File containing the metadata of the policy; metadata.yml or metadata.yaml by default",
    },
    "questions-path": {
      type: "string",
      short: "q",
      valueName: "PATH",
      description: "File containing the questions-ui content of the policy",
    },
    output: {
      type: "string",
      short: "o",
      valueName: "FILE",
      description: "Path where the file will be stored",
    },
    version: { type: "string", short: "v", valueName: "VALUE", description: "Deprecated, ignored" },
  },
  async run({ flags, files, clock, log, stdout }) {
    if (flags.version !== undefined) {
      log.warn("The flag --version is deprecated and ignored: the version of the metadata counts");
    }
    const metadata = await readMetadata(flags["metadata-path"], files);
    const questionsPath = flags["questions-path"] ?? (await firstExisting(questionsFiles, files));
    const questions =
      questionsPath === undefined
        ? undefined
        : await readUserText(files, questionsPath, `Error opening questions file ${questionsPath}`);
    const document = artifactHubPackage({ metadata, questions, nowMs: clock.now() });
    const text = header + yamlText(document);
    if (flags.output === undefined) stdout.write(text);
    else await writeFile(flags.output, text, files);
  },
});

async function readMetadata(given: string | undefined, files: FileSystem): Promise<PolicyMetadata> {
  const path = given ?? (await firstExisting(metadataFiles, files));
  if (path === undefined) {
    throw invalidInput("path to metadata file not provided, plus 'metadata.yml' not found");
  }
  const text = await readUserText(files, path, `Error opening metadata file ${path}`);
  try {
    return toMetadata(parse(text));
  } catch (error) {
    throw invalidInput(`Error unmarshalling metadata ${path}: ${errorText(error)}`);
  }
}

async function firstExisting(paths: readonly string[], files: FileSystem): Promise<string | undefined> {
  for (const path of paths) {
    if ((await existing(path, files)) !== undefined) return path;
  }
  return undefined;
}

async function writeFile(path: string, text: string, files: FileSystem): Promise<void> {
  await files.writeFile(path, new TextEncoder().encode(text)).catch((error: unknown) => {
    throw invalidInput(`cannot create file ${path}: ${osErrorText(error)}`);
  });
}
