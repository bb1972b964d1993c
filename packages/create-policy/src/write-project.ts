import { mkdir, readdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Writes a project, unless there is something in its folder already. */
export async function writeProject(
  folder: string,
  files: ReadonlyMap<string, string>,
): Promise<"written" | "folder-not-empty"> {
  await mkdir(folder, { recursive: true });
  if ((await readdir(folder)).length > 0) return "folder-not-empty";
  for (const [path, text] of files) {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  }
  return "written";
}
