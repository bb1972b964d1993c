// `npm run check`: everything that is not a test. All checks run; the exit code is 1 when one fails.
import { mkdir, rm, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { checkDependencies } from "./check-dependencies.ts";
import { examplesOf, withoutAssertion } from "./check-examples.ts";
import { checkLayers } from "./check-layers.ts";
import { checkLinks } from "./check-links.ts";
import { checkTexts } from "./check-texts.ts";
import { runProcess } from "./run-process.ts";
import { readSourceTree, type SourceTree } from "./source-tree.ts";

/** A check answers with what is wrong, in lines; none is success. */
interface Check {
  name: string;
  run(tree: SourceTree): string[] | Promise<string[]>;
}

const root = join(import.meta.dirname, "..");

const checks: readonly Check[] = [
  { name: "format and lint", run: () => outputOf("@biomejs/biome/bin/biome", ["ci", "--colors=off", "."]) },
  { name: "types", run: () => outputOf("typescript/bin/tsc", ["--noEmit", "-p", "tsconfig.json"]) },
  { name: "layers", run: checkLayers },
  { name: "dependencies", run: ({ workspaces }) => checkDependencies(workspaces) },
  { name: "texts", run: ({ files }) => checkTexts(files, machineFolders()) },
  { name: "links", run: ({ files }) => checkLinks(files) },
  { name: "generated files", run: () => outputOf("../tools/generate.ts", ["--check"]) },
  { name: "types of examples", run: ({ files }) => typeExamples(files) },
  { name: "examples", run: ({ files }) => runExamples(files) },
];

/** Runs a script of `node_modules` with the Node.js that runs this; its output counts when it fails. */
async function outputOf(script: string, args: readonly string[]): Promise<string[]> {
  const path = join(root, "node_modules", script);
  const { exitCode, output } = await runProcess(process.execPath, [path, ...args], { cwd: root });
  return exitCode === 0 ? [] : [output.trimEnd()];
}

/** Compiles the blocks of documents: TypeScript does not look into Markdown. */
async function typeExamples(files: ReadonlyMap<string, string>): Promise<string[]> {
  const folder = join(root, "dist/examples");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const { kind, name, code } of examplesOf(files)) {
    if (kind === "block")
      await writeFile(join(folder, `${name.replaceAll(/\W/g, "-")}.ts`), `${code}\nexport {};\n`);
  }
  const config = {
    extends: "../../tsconfig.json",
    include: ["../../types", "../../examples", "."],
    exclude: [],
  };
  await writeFile(join(folder, "tsconfig.json"), JSON.stringify(config));
  return await outputOf("typescript/bin/tsc", ["--noEmit", "-p", folder]);
}

async function runExamples(files: ReadonlyMap<string, string>): Promise<string[]> {
  const examples = examplesOf(files);
  const problems = withoutAssertion(examples);
  for (const { kind, name, folder, code } of examples) {
    const args = kind === "script" ? [join(root, name)] : ["--input-type=module-typescript", "--eval", code];
    const { exitCode, output } = await runProcess(process.execPath, args, { cwd: join(root, folder) });
    if (exitCode !== 0) problems.push(`${name}: exit code ${exitCode}\n${output.trimEnd()}`);
  }
  return problems;
}

/** Folders that exist only on this machine: the home folder, and what the checkout lies in. */
function machineFolders(): string[] {
  const parent = dirname(root);
  return [homedir(), parent, root]
    .filter((folder) => folder.split("/").length > 2 || folder === root)
    .map((f) => `${f}/`);
}

async function main(): Promise<void> {
  const tree = readSourceTree(root);
  let failed = 0;
  for (const { name, run } of checks) {
    const startMs = performance.now();
    const problems = await run(tree);
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    const verdict = problems.length === 0 ? "ok" : "FAILED";
    process.stdout.write(`${[`${verdict} ${name} (${seconds} s)`, ...problems].join("\n")}\n`);
    if (problems.length > 0) failed += 1;
  }
  process.stdout.write(`\n${checks.length - failed} passed, ${failed} failed\n`);
  if (failed > 0) process.exitCode = 1;
}

await main();
