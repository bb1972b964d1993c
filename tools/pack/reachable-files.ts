import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { importsOf } from "../imports.ts";
import type { Workspace } from "../source-tree.ts";

/** What a package ships: JavaScript and declarations that reach nothing of the repository but each other. */
export interface ReachableFiles {
  /** path in the repository, with `.js` or `.d.ts` at its end, to text */
  files: ReadonlyMap<string, string>;
  /** npm packages that the JavaScript imports */
  npm: ReadonlySet<string>;
}

/**
 * Follows imports from some entries, and turns those that lead into a workspace into relative ones.
 * @param entries - sources, as paths in the repository
 * @param read - gives the text that was made of a source, by its path with `.js` or `.d.ts` at its end
 */
export async function reachableFiles(
  entries: readonly string[],
  workspaces: readonly Workspace[],
  read: (path: string) => Promise<string>,
): Promise<ReachableFiles> {
  const files = new Map<string, string>();
  const npm = new Set<string>();
  const waiting = entries.flatMap((entry) => [emittedPath(entry, ".js"), emittedPath(entry, ".d.ts")]);
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue;
    const extension = path.endsWith(".js") ? ".js" : ".d.ts";
    let text = await read(path);
    for (const specifier of importsOf(path, text)) {
      const target = targetOf(path, specifier, workspaces);
      if (target === undefined) {
        if (extension === ".js" && !isBuiltin(specifier)) npm.add(packageName(specifier));
        continue;
      }
      waiting.push(emittedPath(target, extension));
      text = text.replaceAll(`"${specifier}"`, `"${relativeSpecifier(path, target)}"`);
    }
    files.set(path, text);
  }
  return { files, npm };
}

/** The source an import leads to; nothing for npm packages and Node.js. */
function targetOf(path: string, specifier: string, workspaces: readonly Workspace[]): string | undefined {
  if (specifier.startsWith(".")) return posix.join(posix.dirname(path), specifier).replace(/\.js$/, ".ts");
  const name = packageName(specifier);
  const workspace = workspaces.find((candidate) => candidate.name === name);
  if (workspace === undefined) return undefined;
  const entry = workspace.exports[`.${specifier.slice(name.length)}`];
  if (entry === undefined) throw new Error(`${path}: ${specifier} is no entry of its package`);
  return posix.join(workspace.folder, entry);
}

function relativeSpecifier(from: string, target: string): string {
  const path = posix.relative(posix.dirname(from), emittedPath(target, ".js"));
  return path.startsWith(".") ? path : `./${path}`;
}

function emittedPath(source: string, extension: ".js" | ".d.ts"): string {
  return source.replace(/\.ts$/, extension);
}

function packageName(specifier: string): string {
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}
