import { mapConcurrent, osErrorText } from "@kubewarden-ts/base";
import type { FileSystem } from "../define-command.ts";
import { invalidInput } from "../errors.ts";
import { findFiles } from "../scan/find-files.ts";
import { readUserText } from "../user-file.ts";
import { type RunTestOptions, runTest } from "./run-test.ts";
import { parseSuite } from "./suite-file.ts";
import type { SuiteResult } from "./suite-result.ts";

/** `kwctl-test.yml`, `pods.kwctl-test.yaml`, … */
const suiteName = /kwctl-test\.ya?ml$/;

/**
 * The suites of files and folders, in order.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` when there is none
 */
export async function findSuites(paths: readonly string[], files: FileSystem): Promise<string[]> {
  const found = await findFiles(paths, (name) => suiteName.test(name), files);
  const suites = found.map((file) => {
    if (file.kind === "file") return file.path;
    throw invalidInput(`Cannot open ${file.path}: ${file.message}`);
  });
  if (suites.length > 0) return suites;
  throw invalidInput(`no suite in ${paths.join(", ")}: expected files whose names end with kwctl-test.yml`);
}

export type RunSuitesOptions = Omit<RunTestOptions, "suitePath"> & {
  /** Tests that run at the same time. */
  readonly atOnce: number;
};

/** Runs suites; one that cannot be read does not keep the others from being run. */
export async function runSuites(paths: readonly string[], options: RunSuitesOptions): Promise<SuiteResult[]> {
  const suites = await Promise.all(paths.map((path) => readSuite(path, options.files)));
  const tests = suites.flatMap(({ path, suite }) => (suite?.tests ?? []).map((test) => ({ path, test })));
  const results = await mapConcurrent(tests, options.atOnce, ({ path, test }) =>
    runTest(test, { ...options, suitePath: path }),
  );
  return suites.map(({ path, suite, problem }) => ({
    file: path,
    name: suite?.metadata?.name ?? path,
    tests: results.filter((_result, index) => tests[index]?.path === path),
    problem,
  }));
}

async function readSuite(path: string, files: FileSystem) {
  try {
    const suite = parseSuite(await readUserText(files, path, `Cannot open suite ${path}`), path);
    return { path, suite, problem: undefined };
  } catch (error) {
    return { path, suite: undefined, problem: osErrorText(error) };
  }
}
