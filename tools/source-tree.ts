import { globSync, readFileSync } from "node:fs";
import { join, sep } from "node:path";

/** One `package.json` of the repository, as far as the checks read it. */
export interface Workspace {
  /** folder from the root with `/`; `""` is the root itself */
  folder: string;
  name: string;
  /** every name in `dependencies`, `devDependencies`, `peerDependencies` and `optionalDependencies`, with its range */
  dependencies: Record<string, string>;
  /** entry name (`.`, `./testing`) to file, as in `exports` */
  exports: Record<string, string>;
}

/** What the checks look at: plain data, so that tests make trees up. */
export interface SourceTree {
  /** path from the root with `/`, to text */
  files: ReadonlyMap<string, string>;
  workspaces: readonly Workspace[];
}

const IGNORED_FOLDERS = new Set(["node_modules", "dist", "coverage", ".git"]);
const TEXT_FILE =
  /\.(?:ts|mts|js|mjs|cjs|json|md|ya?ml|go|mod|sum|rego|wat|txt|sh|toml|css|html|npmrc)$|(?:^|\/)(?:LICENSE|run|\.gitignore)$/;

/** Reads the text files of a checkout, without what is installed or built. */
export function readSourceTree(root: string): SourceTree {
  const paths = globSync("**/*", {
    cwd: root,
    withFileTypes: true,
    exclude: (entry) => IGNORED_FOLDERS.has(entry.name),
  })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(root.length + 1)
        .replaceAll(sep, "/"),
    )
    .filter((path) => TEXT_FILE.test(path))
    .sort();
  const files = new Map(paths.map((path) => [path, readFileSync(join(root, path), "utf8")]));
  return { files, workspaces: workspacesOf(files) };
}

/** Reads every `package.json` among the files. */
export function workspacesOf(files: ReadonlyMap<string, string>): Workspace[] {
  const manifests = [...files].filter(([path]) => path === "package.json" || path.endsWith("/package.json"));
  return manifests.map(([path, text]) => readManifest(path, text));
}

function readManifest(path: string, text: string): Workspace {
  const manifest: Record<string, unknown> = JSON.parse(text);
  const kinds = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"];
  return {
    folder: path.slice(0, -"/package.json".length),
    name: String(manifest["name"]),
    dependencies: Object.assign({}, ...kinds.map((kind) => stringsOf(manifest[kind]))),
    exports: stringsOf(manifest["exports"]),
  };
}

function stringsOf(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]));
}
