import { osErrorText } from "@kubewarden-ts/base";
import type { FileSystem } from "./define-command.ts";

/** The path if there is a file; what keeps it from being looked at is for the reader to say. */
export async function existing(path: string, { realpath }: FileSystem): Promise<string | undefined> {
  try {
    await realpath(path);
    return path;
  } catch (error) {
    return osErrorText(error).startsWith("No such file") ? undefined : path;
  }
}
