import { watch } from "node:fs";
import { extname, join, sep } from "node:path";

/** Tells of changes below a folder. */
export interface SourceChanges extends Disposable {
  /** Resolves once something changed since the last call; changes that follow within moments are one. */
  next(): Promise<void>;
}

const extensions: readonly string[] = [".ts", ".mts", ".js", ".mjs", ".json", ".yml", ".yaml", ".md"];
const ignoredFolders: readonly string[] = ["node_modules", "dist", "coverage"];
/** Editors write a file in several steps. */
const settleMs = 50;

/**
 * Watches the sources of a project.
 * @param folder - absolute
 * @param ignored - absolute paths of files whose changes do not count
 */
export function watchSources(folder: string, ignored: readonly string[]): SourceChanges {
  let change = Promise.withResolvers<void>();
  const watcher = watch(folder, { recursive: true }, (_event, name) => {
    if (name !== null && isSource(name) && !ignored.includes(join(folder, name))) change.resolve();
  });
  return {
    async next() {
      await change.promise;
      await new Promise((resolve) => setTimeout(resolve, settleMs));
      change = Promise.withResolvers();
    },
    [Symbol.dispose]: () => watcher.close(),
  };
}

/** Whether a file of a project is written by its author. */
export function isSource(path: string): boolean {
  const folders = path.split(sep);
  const isIgnored = folders.some((name) => name.startsWith(".") || ignoredFolders.includes(name));
  return !isIgnored && extensions.includes(extname(path));
}
