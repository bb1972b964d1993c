import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

/** Reads the files of the template: path with `/` to text. */
export async function readTemplate(): Promise<Map<string, string>> {
  const folder = fileURLToPath(new URL("../template", import.meta.url));
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    paths.sort().map(async (path): Promise<[string, string]> => {
      return [relative(folder, path).replaceAll(sep, "/"), await readFile(path, "utf8")];
    }),
  );
  return new Map(texts);
}
