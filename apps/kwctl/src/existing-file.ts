import { dirname } from "node:path";
import { osErrorText } from "@kubewarden-ts/base";
import type { FileSystem } from "./define-command.ts";

type Looking = Pick<FileSystem, "lstat" | "realpath">;

/**
 * The path if something is there; what keeps it from being read is for the reader to say. A symbolic link that leads
 * nowhere is something: who set up a file, and lost it, is not to go on as if there had never been one.
 */
export async function existing(path: string, files: Looking): Promise<string | undefined> {
  try {
    await files.lstat(path);
    return path;
  } catch (error) {
    const reason = osErrorText(error);
    if (reason.startsWith("File name too long")) return undefined;
    if (!reason.startsWith("No such file")) return path;
    return (await leadsNowhere(dirname(path), files)) ? path : undefined;
  }
}

/** Whether a folder, or one above it, is a symbolic link to nothing. */
async function leadsNowhere(folder: string, files: Looking): Promise<boolean> {
  if (await succeeds(files.realpath(folder))) return false;
  if (await succeeds(files.lstat(folder))) return true;
  const above = dirname(folder);
  return above !== folder && (await leadsNowhere(above, files));
}

function succeeds(asked: Promise<unknown>): Promise<boolean> {
  return asked.then(
    () => true,
    () => false,
  );
}
