import { fork } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { PolicySdkError } from "../errors.ts";

/**
 * Runs the tests of the project in this folder once, with its own vitest; their output is that of this process.
 * @param files - only files whose path holds one of these texts; all tests without any
 * @returns the exit code of vitest
 * @throws {PolicySdkError} `SDK_TESTS` when vitest is not installed
 */
export async function runTests(files: readonly string[]): Promise<number> {
  const folder = resolve();
  const child = fork(vitestOf(folder), ["run", "--passWithNoTests", ...files], { cwd: folder, execArgv: [] });
  const [code] = await once(child, "exit");
  return typeof code === "number" ? code : 1;
}

function vitestOf(folder: string): string {
  try {
    const manifest = createRequire(join(folder, "package.json")).resolve("vitest/package.json");
    return join(dirname(manifest), "vitest.mjs");
  } catch (cause) {
    throw new PolicySdkError(`vitest is not installed in ${folder}: run \`npm install --save-dev vitest\``, {
      code: "SDK_TESTS",
      cause,
    });
  }
}
