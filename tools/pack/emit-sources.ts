import { mkdir, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { runProcess } from "../run-process.ts";

const root = join(import.meta.dirname, "../..");

/**
 * Turns the sources of all packages into JavaScript and declarations, one file for one, without checking types.
 * @returns the folder that holds them, with the paths they have in the repository
 */
export async function emitSources(folder: string): Promise<string> {
  await mkdir(folder, { recursive: true });
  const up = relative(folder, root);
  const config = {
    extends: join(up, "tsconfig.json"),
    compilerOptions: {
      ...{ noEmit: false, noCheck: true, declaration: true, target: "esnext" },
      ...{ rewriteRelativeImportExtensions: true, rootDir: up, outDir: "emitted" },
      typeRoots: [join(root, "node_modules/@types")],
    },
    include: [join(up, "types"), join(up, "packages/*/src")],
    exclude: [join(up, "**/*.test.ts")],
  };
  const path = join(folder, "tsconfig.json");
  await writeFile(path, JSON.stringify(config));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  const { exitCode, output } = await runProcess(process.execPath, [compiler, "-p", path], { cwd: root });
  if (exitCode !== 0) throw new Error(`the sources cannot be emitted:\n${output}`);
  return join(folder, "emitted");
}
