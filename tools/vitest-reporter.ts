import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import type { SerializedError } from "vitest";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import type { MissingPart } from "../tests/support/requirements.ts";
import type { SkippedTest, TestRun } from "./test-summary.ts";

/** Writes the outcome of a run as JSON to the file that `KUBEWARDEN_TS_TEST_RUN` names; `tools/test.ts` reads it. */
// biome-ignore lint/style/noDefaultExport: Vitest takes a reporter file by its default export
export default class RunReporter implements Reporter {
  onTestRunEnd(modules: ReadonlyArray<TestModule>, unhandled: ReadonlyArray<SerializedError>): void {
    const path = process.env["KUBEWARDEN_TS_TEST_RUN"];
    if (path !== undefined) writeFileSync(path, JSON.stringify(summarize(modules, unhandled.length)));
  }
}

function summarize(modules: ReadonlyArray<TestModule>, unhandledErrors: number): TestRun {
  const tests = modules.flatMap((module) =>
    [...module.children.allTests()].map((test) => ({ module, test })),
  );
  const inState = (wanted: string) => tests.filter(({ test }) => test.result().state === wanted);
  return {
    passed: inState("passed").length,
    failed: inState("failed").length,
    brokenFiles: modules
      .filter((module) => module.errors().length > 0)
      .map((module) => module.relativeModuleId),
    unhandledErrors,
    skipped: inState("skipped").map(({ module, test }) => skippedTest(module, test)),
  };
}

function skippedTest(module: TestModule, test: TestCase): SkippedTest {
  const missing: MissingPart[] = module.meta().missing ?? [];
  const result = test.result();
  const note = result.state === "skipped" ? result.note : undefined;
  const file = relative(process.cwd(), module.moduleId);
  return { file, name: test.fullName, missing, ...(note === undefined ? {} : { note }) };
}
