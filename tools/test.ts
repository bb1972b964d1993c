// `npm test`: every test this machine can run, once; arguments go to Vitest.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { summarizeRun, type TestRun } from "./test-summary.ts";

const root = join(import.meta.dirname, "..");
const vitest = join(root, "node_modules/vitest/vitest.mjs");

async function runVitest(args: readonly string[], resultPath: string): Promise<number> {
  const reporters = ["--reporter=default", `--reporter=${join(root, "tools/vitest-reporter.ts")}`];
  const child = spawn(process.execPath, [vitest, "run", ...reporters, ...args], {
    cwd: root,
    env: { ...process.env, KUBEWARDEN_TS_TEST_RUN: resultPath },
    stdio: "inherit",
  });
  const [code] = await once(child, "close");
  return typeof code === "number" ? code : 1;
}

/** The reporter's file, or a run with one error when Vitest ended before it wrote one. */
function readRun(path: string): TestRun {
  try {
    return JSON.parse(readFileSync(path, "utf8")); // written by tools/vitest-reporter.ts of the same checkout
  } catch {
    return { passed: 0, failed: 0, brokenFiles: [], unhandledErrors: 1, skipped: [] };
  }
}

const folder = mkdtempSync(join(tmpdir(), "kubewarden-ts-test-"));
try {
  const resultPath = join(folder, "run.json");
  const exitCode = await runVitest(process.argv.slice(2), resultPath);
  const run = readRun(resultPath);
  // Vitest knows failures that belong to no test, such as a threshold or no test at all.
  const unexplained = exitCode !== 0 && run.failed + run.brokenFiles.length + run.unhandledErrors === 0;
  const counted = unexplained ? { ...run, unhandledErrors: 1 } : run;
  const { lines, failed } = summarizeRun(counted, { ci: process.env["CI"] === "true" });
  process.stdout.write(`\n${lines.join("\n")}\n`);
  if (failed > 0) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
