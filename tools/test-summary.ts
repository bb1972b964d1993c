import type { MissingPart } from "../tests/support/requirements.ts";

/** A test that did not run. */
export interface SkippedTest {
  file: string;
  name: string;
  /** parts its file needs and did not get */
  missing: MissingPart[];
  /** what the test said when it skipped itself */
  note?: string;
}

/** Outcome of one run of all tests. */
export interface TestRun {
  passed: number;
  failed: number;
  /** test files that could not be loaded, or whose set-up failed */
  brokenFiles: string[];
  unhandledErrors: number;
  skipped: SkippedTest[];
}

/** How many tests of a group are named one by one; the rest is counted. */
const MAX_NAMED_PER_REASON = 20;

/**
 * What the end of `npm test` says: the skipped tests by name under their reason, then `N passed, N failed` in the last
 * line. With `ci`, a test that was skipped for a part that could have been installed counts as failed.
 */
export function summarizeRun(run: TestRun, { ci }: { ci: boolean }): { lines: string[]; failed: number } {
  const failingSkips = ci ? run.skipped.filter((test) => test.missing.some((part) => part.failsCi)) : [];
  const failed = run.failed + run.brokenFiles.length + run.unhandledErrors + failingSkips.length;
  const skipped = run.skipped.length - failingSkips.length;
  const lines = [
    ...run.brokenFiles.map((file) => `broken: ${file}`),
    ...(run.unhandledErrors > 0 ? [`errors outside of tests: ${run.unhandledErrors}`] : []),
    ...skippedLines(run.skipped),
    ...(failingSkips.length > 0 ? [`CI=true: ${failingSkips.length} skipped tests count as failed`] : []),
    `${run.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`,
  ];
  return { lines, failed };
}

function skippedLines(skipped: readonly SkippedTest[]): string[] {
  const byReason = Map.groupBy(skipped, reasonOf);
  return [...byReason].flatMap(([reason, tests]) => [
    `skipped: ${reason}`,
    ...tests.slice(0, MAX_NAMED_PER_REASON).map((test) => `  ${test.file} > ${test.name}`),
    ...(tests.length > MAX_NAMED_PER_REASON ? [`  and ${tests.length - MAX_NAMED_PER_REASON} more`] : []),
  ]);
}

function reasonOf({ missing, note }: SkippedTest): string {
  if (note !== undefined) return note;
  if (missing.length === 0) return "without a stated reason";
  return missing.map(({ part, reason }) => `${part}: ${reason}`).join("; ");
}
