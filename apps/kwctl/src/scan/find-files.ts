import { join } from "node:path";
import { osErrorText } from "@kubewarden-ts/base";
import type { FileSystem } from "../define-command.ts";

/** A file to be read, or why something that was named or found is none. */
export type FoundFile =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "problem"; readonly path: string; readonly message: string };

type Files = Pick<FileSystem, "stat" | "readdir" | "realpath">;

/**
 * Files in the order they were named, those of folders by name, each folder once however many links lead to it. What a user
 * names is a file whatever it is called, a pipe of the shell too.
 * @param wanted - which files of folders count, by their names
 */
export async function findFiles(
  paths: readonly string[],
  wanted: (name: string) => boolean,
  files: Files,
): Promise<FoundFile[]> {
  const seen = new Set<string>();
  const found: FoundFile[] = [];
  for (const path of paths) {
    const kind = await kindOf(path, files);
    if (kind.kind !== "folder") found.push(kind.kind === "other" ? { kind: "file", path } : kind);
    else found.push(...(await walk(path, { wanted, files, seen })));
  }
  return found;
}

interface Walk {
  readonly wanted: (name: string) => boolean;
  readonly files: Files;
  /** Canonical paths of the folders that were entered. */
  readonly seen: Set<string>;
}

async function walk(folder: string, { wanted, files, seen }: Walk): Promise<FoundFile[]> {
  let names: string[];
  try {
    const canonical = await files.realpath(folder).catch(() => folder);
    if (seen.has(canonical)) return [];
    seen.add(canonical);
    names = await files.readdir(folder);
  } catch (error) {
    return [{ kind: "problem", path: folder, message: osErrorText(error) }];
  }
  const found: FoundFile[] = [];
  // Names with a dot belong to tools (.git, .github).
  for (const name of names.filter((name) => !name.startsWith(".")).sort()) {
    const path = join(folder, name);
    const entry = await kindOf(path, files);
    if (entry.kind === "folder") found.push(...(await walk(path, { wanted, files, seen })));
    else if (!wanted(name)) continue;
    else if (entry.kind === "other")
      found.push({ kind: "problem", path, message: "neither a file nor a folder" });
    else found.push(entry);
  }
  return found;
}

async function kindOf(
  path: string,
  { stat }: Files,
): Promise<FoundFile | { readonly kind: "folder" } | { readonly kind: "other" }> {
  try {
    const found = await stat(path);
    if (found.isDirectory()) return { kind: "folder" };
    return found.isFile() ? { kind: "file", path } : { kind: "other" };
  } catch (error) {
    return { kind: "problem", path, message: osErrorText(error) };
  }
}
