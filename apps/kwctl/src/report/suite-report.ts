import { printable, printableLine } from "@kubewarden-ts/base";
import { type JunitCase, junitXml } from "@kubewarden-ts/report-formats";
import { type CaseResult, type SuiteResult, suiteSummary } from "../suite/suite-result.ts";

const marks = { passed: "ok", failed: "FAILED", error: "ERROR", skipped: "skipped" } as const;

/** For people: each suite with its tests and cases, what was otherwise than expected below its case. */
export function suiteText(suites: readonly SuiteResult[]): string {
  const lines = suites.flatMap(({ file, problem, tests }) => [
    printableLine(file),
    ...(problem === undefined ? [] : indented(`ERROR ${problem}`, "  ")),
    ...tests.flatMap(({ name, cases }) => [`  ${printableLine(name)}`, ...cases.flatMap(caseLines)]),
  ]);
  const { passed, failed, errors, skipped } = suiteSummary(suites);
  const summary = `${passed} passed, ${failed} failed, ${errors} errors, ${skipped} skipped`;
  return [...lines, "", summary].map((line) => `${line}\n`).join("");
}

function caseLines({ name, outcome, problems }: CaseResult): string[] {
  const head = `    ${marks[outcome]} ${printableLine(name)}`;
  return [head, ...problems.flatMap((problem) => indented(problem, "      "))];
}

function indented(text: string, indent: string): string[] {
  return printable(text)
    .split("\n")
    .map((line) => indent + line);
}

/** One JSON document, indented, with a newline. */
export function suiteJson(suites: readonly SuiteResult[]): string {
  return printable(`${JSON.stringify({ summary: suiteSummary(suites), suites }, null, 2)}\n`);
}

/** A suite of JUnit for each suite, a case for each case; a suite that cannot be read is one case with an error. */
export function suiteJunit(suites: readonly SuiteResult[]): string {
  return junitXml(
    "kwctl test",
    suites.map(({ name, file, problem, tests }) => ({
      name,
      cases: problem === undefined ? tests.flatMap(junitCases) : [unread(file, problem)],
    })),
  );
}

function junitCases({ name: className, cases }: SuiteResult["tests"][number]): JunitCase[] {
  return cases.map(({ name, outcome, problems }) => ({
    ...{ name, className, outcome },
    ...(problems.length > 0 && { message: problems[0], details: problems.join("\n") }),
  }));
}

function unread(file: string, problem: string): JunitCase {
  return { name: "can be read", className: file, outcome: "error", message: problem };
}
