/** How a case of a suite ended. */
export interface CaseResult {
  readonly name: string;
  /** `error`: there was no answer to compare. */
  readonly outcome: "passed" | "failed" | "error" | "skipped";
  /** What was otherwise than expected, or what kept the case from being run. */
  readonly problems: readonly string[];
}

export interface TestResult {
  readonly name: string;
  readonly cases: readonly CaseResult[];
}

/** How a suite ended; one that cannot be read has a problem in place of tests. */
export interface SuiteResult {
  readonly file: string;
  readonly name: string;
  readonly tests: readonly TestResult[];
  readonly problem?: string | undefined;
}

export interface SuiteSummary {
  readonly passed: number;
  readonly failed: number;
  /** Cases, and suites that cannot be read. */
  readonly errors: number;
  readonly skipped: number;
}

export function suiteSummary(suites: readonly SuiteResult[]): SuiteSummary {
  const cases = suites.flatMap(({ tests }) => tests.flatMap(({ cases }) => cases));
  const count = (wanted: CaseResult["outcome"]): number =>
    cases.filter(({ outcome }) => outcome === wanted).length;
  const unread = suites.filter(({ problem }) => problem !== undefined).length;
  return {
    passed: count("passed"),
    failed: count("failed"),
    errors: count("error") + unread,
    skipped: count("skipped"),
  };
}

/** 0 all passed, 1 some failed, 2 some could not be run, or nothing was run at all. */
export function suiteExitCode(suites: readonly SuiteResult[]): number {
  const { passed, failed, errors } = suiteSummary(suites);
  if (errors > 0) return 2;
  if (failed > 0) return 1;
  return passed > 0 ? 0 : 2;
}
