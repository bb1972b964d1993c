import { isBuiltin } from "node:module";
import { posix } from "node:path";
import { importsOf } from "./imports.ts";
import {
  APP_ROW,
  BROWSER_FOLDERS,
  GUEST_IMPORTS,
  isTestFile,
  type Layer,
  layerOf,
  REPOSITORY_ROW,
  SIDEWAYS_IMPORT,
} from "./layers.ts";
import type { SourceTree, Workspace } from "./source-tree.ts";

/** One import of one file. */
interface Import {
  path: string;
  /** as written */
  specifier: string;
  owner: Workspace;
  layer: Layer;
  /** the workspace the specifier leads to; absent for npm packages and Node.js */
  target: Workspace | undefined;
  /** path of the imported file, where it is one of ours */
  targetPath: string | undefined;
}

/**
 * Finds imports that the layer table forbids.
 * @returns one line for each, naming both ends: `packages/wasm/src/x.ts imports @kubewarden-ts/policy-runtime: row 2
 *   may not import row 4`
 */
export function checkLayers(tree: SourceTree): string[] {
  const imports = importsOfTree(tree);
  return [
    ...unknownPackages(tree),
    ...imports.flatMap((each) =>
      problemsOf(each, tree).map((why) => `${each.path} imports ${each.specifier}: ${why}`),
    ),
    ...browserProblems(imports),
  ];
}

function unknownPackages({ workspaces }: SourceTree): string[] {
  const unknown = workspaces.filter(({ folder }) => layerOf(`${folder}/src/index.ts`) === undefined);
  return unknown.map(({ folder }) => `${folder}: has no row in tools/layers.ts`);
}

function importsOfTree(tree: SourceTree): Import[] {
  const sources = [...tree.files].filter(([path]) => path.endsWith(".ts") && !path.endsWith(".d.ts"));
  return sources.flatMap(([path, text]) => {
    const layer = layerOf(path);
    const owner = workspaceOf(path, tree.workspaces);
    if (layer === undefined || owner === undefined) return [];
    return importsOf(path, text).map((specifier) => ({
      path,
      specifier,
      owner,
      layer,
      ...targetOf(path, specifier, tree),
    }));
  });
}

/** The innermost workspace around a file. */
function workspaceOf(path: string, workspaces: readonly Workspace[]): Workspace | undefined {
  const around = workspaces.filter(({ folder }) => folder === "" || path.startsWith(`${folder}/`));
  return around.sort((a, b) => b.folder.length - a.folder.length)[0];
}

function targetOf(
  path: string,
  specifier: string,
  { workspaces }: SourceTree,
): Pick<Import, "target" | "targetPath"> {
  if (specifier.startsWith(".")) {
    const targetPath = posix.join(posix.dirname(path), specifier);
    return { target: workspaceOf(targetPath, workspaces), targetPath };
  }
  const name = packageName(specifier);
  const target = workspaces.find((workspace) => workspace.name === name);
  const entry = target?.exports[`.${specifier.slice(name.length)}`];
  const targetPath = target && entry ? posix.join(target.folder, entry) : undefined;
  return { target, targetPath };
}

function packageName(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}

function problemsOf(each: Import, tree: SourceTree): string[] {
  if (isBuiltin(each.specifier)) return nodeProblems(each);
  const checks = [relativeProblem, rowProblem, guestProblem, (it: Import) => declarationProblem(it, tree)];
  const first = checks.map((check) => check(each)).find((problem) => problem !== undefined);
  return first === undefined ? [] : [first];
}

/** Browser code is looked at file by file in {@link browserProblems}. */
function nodeProblems({ layer }: Import): string[] {
  return layer === "policy" ? ["a policy may not import Node.js"] : [];
}

function relativeProblem(each: Import): string | undefined {
  const { specifier, owner, target, targetPath, layer } = each;
  if (!specifier.startsWith(".") || target === owner || layer === REPOSITORY_ROW) return undefined;
  if (targetPath === undefined || layerOf(targetPath) !== REPOSITORY_ROW) {
    return `another workspace is imported by its name, ${target?.name}`;
  }
  return isTestFile(each.path) ? undefined : "only tests may import files of the repository";
}

function rowProblem({ layer, owner, target, targetPath }: Import): string | undefined {
  if (typeof layer !== "number" || target === undefined || target === owner) return undefined;
  if (layer === REPOSITORY_ROW) return undefined;
  // files of the repository are imported by path, and were judged there
  if (targetPath !== undefined && layerOf(targetPath) === REPOSITORY_ROW) return undefined;
  if (owner.folder.startsWith("apps/") && target.folder.startsWith("apps/")) return "no app imports an app";
  if (owner.folder === SIDEWAYS_IMPORT.from && target.folder === SIDEWAYS_IMPORT.to) return undefined;
  const row = rowOfTarget(target, targetPath);
  return row < layer ? undefined : `row ${layer} may not import row ${row}`;
}

function rowOfTarget(target: Workspace, targetPath: string | undefined): number {
  const layer = layerOf(targetPath ?? `${target.folder}/src/index.ts`);
  return typeof layer === "number" ? layer : APP_ROW; // the SDK's guest part, seen from outside
}

function guestProblem({ layer, owner, specifier, target, targetPath }: Import): string | undefined {
  if (typeof layer === "number") return undefined;
  const { workspaces, npm } = GUEST_IMPORTS[layer];
  if (target === undefined) {
    const known = npm === undefined || npm.some((name) => name === packageName(specifier));
    return known ? undefined : `a ${layer} may import only ${[...workspaces, ...npm].join(", ")}`;
  }
  if (target === owner) {
    const stays = targetPath !== undefined && layerOf(targetPath) === layer;
    return stays ? undefined : `${layer} code may not import what does not run in a guest`;
  }
  const named = workspaces.some((name) => name === target.name);
  // of the SDK, a policy may import only what runs in a guest too
  const runs = layer === "guest" || (targetPath !== undefined && layerOf(targetPath) === "guest");
  return named && runs ? undefined : `${layer} code may import only ${workspaces.join(", ")} of our packages`;
}

function declarationProblem(
  { path, specifier, owner, target, layer }: Import,
  tree: SourceTree,
): string | undefined {
  if (specifier.startsWith(".") || target === owner) return undefined;
  const name = packageName(specifier);
  if (name in owner.dependencies) return undefined;
  const root = tree.workspaces.find(({ folder }) => folder === "");
  if ((isTestFile(path) || owner === root) && root !== undefined && name in root.dependencies)
    return undefined;
  // the repository's own scripts and tests stand on everything that is installed
  const anywhere = tree.workspaces.some(
    (workspace) => workspace.name === name || name in workspace.dependencies,
  );
  if (layer === REPOSITORY_ROW && owner === root && anywhere) return undefined;
  return `not declared in ${owner.folder === "" ? "" : `${owner.folder}/`}package.json`;
}

/** Node.js imports that a browser folder reaches, each with the way to it. */
function browserProblems(imports: readonly Import[]): string[] {
  const byPath = Map.groupBy(imports, (each) => each.path);
  const roots = [...byPath.keys()].filter(
    (path) => BROWSER_FOLDERS.some((folder) => path.startsWith(folder)) && !isTestFile(path),
  );
  return roots.flatMap((path) => {
    const own = byPath.get(path) ?? [];
    const direct = own.filter(({ specifier }) => isBuiltin(specifier));
    const outside = own.filter(({ targetPath }) => targetPath !== undefined && !roots.includes(targetPath));
    return [
      ...direct.map(({ specifier }) => `${path} imports ${specifier}: this folder also runs in a browser`),
      ...outside.flatMap((each) => wayToNode(each, byPath)),
    ];
  });
}

function wayToNode({ path, specifier, targetPath }: Import, byPath: Map<string, Import[]>): string[] {
  const seen = new Set<string>();
  const waiting = [targetPath ?? ""];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    for (const each of byPath.get(next) ?? []) {
      if (isBuiltin(each.specifier)) {
        return [
          `${path} imports ${specifier}: this folder also runs in a browser, and ${next} imports ${each.specifier}`,
        ];
      }
      if (each.targetPath !== undefined) waiting.push(each.targetPath);
    }
  }
  return [];
}
