import { osErrorText } from "@kubewarden-ts/base";
import { defineCommand } from "./command.ts";
import { reference } from "./reference.ts";

/** The part of `node:fs/promises` that is needed to write a file. */
export interface FileOpener {
  open(path: string, flags: "w"): Promise<AsyncDisposable & { writeFile(text: string): Promise<void> }>;
}

/**
 * The command `docs --output FILE`, which writes the reference of the whole program: Markdown for a file named
 * `.md`, AsciiDoc for any other.
 */
export function docsCommand({ open }: FileOpener) {
  return defineCommand({
    summary: "Generates the reference documentation of all commands",
    flags: {
      output: {
        type: "string",
        short: "o",
        valueName: "FILE",
        required: true,
        description: "File to write: Markdown when it is named .md, else AsciiDoc",
      },
    },
    async run({ flags: { output }, loadProgram }) {
      const text = reference(await loadProgram(), output.endsWith(".md") ? "markdown" : "asciidoc");
      await using file = await open(output, "w").catch(failure(`cannot create file ${output}`));
      await file.writeFile(text).catch(failure(`cannot write to file ${output}`));
    },
  });
}

function failure(context: string) {
  return (error: unknown): never => {
    throw new Error(`${context}: ${osErrorText(error)}`);
  };
}
