import { osErrorText } from "@kubewarden-ts/base";
import type { FileSystem } from "./define-command.ts";
import { invalidInput, KwctlError } from "./errors.ts";

/**
 * Reads a file the user named.
 * @param context - what the message starts with, without the colon
 * @throws {KwctlError} `context: No such file or directory (os error 2)`
 */
export async function readUserFile(
  { readFile }: Pick<FileSystem, "readFile">,
  path: string,
  context: string,
): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw invalidInput(`${context}: ${osErrorText(error)}`);
  }
}

/**
 * Writes a file the user named.
 * @param context - what the message starts with, without the colon
 * @throws {KwctlError} `context: Permission denied (os error 13)`
 */
export async function writeUserFile(
  { writeFile }: Pick<FileSystem, "writeFile">,
  path: string,
  content: Uint8Array | AsyncIterable<Uint8Array>,
  context: string,
): Promise<void> {
  try {
    await writeFile(path, content);
  } catch (error) {
    // what makes the content may fail in words of its own
    if (error instanceof KwctlError) throw error;
    throw invalidInput(`${context}: ${osErrorText(error)}`);
  }
}

/** The same as {@link readUserFile}, as text in UTF-8; a byte order mark is dropped. */
export async function readUserText(
  files: Pick<FileSystem, "readFile">,
  path: string,
  context: string,
): Promise<string> {
  const bytes = await readUserFile(files, path, context);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw invalidInput(`${context}: stream did not contain valid UTF-8`);
  }
}
