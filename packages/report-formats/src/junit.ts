import { printable } from "@kubewarden-ts/base";

/** How a test case ended. */
export type JunitOutcome = "passed" | "failed" | "error" | "skipped";

export interface JunitCase {
  readonly name: string;
  readonly className: string;
  readonly outcome: JunitOutcome;
  /** Why it did not pass, in one line. */
  readonly message?: string | undefined;
  /** The whole of it. */
  readonly details?: string | undefined;
  /** What else is to be told, of cases that pass too. */
  readonly output?: string | undefined;
}

export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

/** JUnit's XML as Jenkins and Surefire have it: one `testsuite` for each suite, its cases in their order. */
export function junitXml(name: string, suites: readonly JunitSuite[]): string {
  const lines = suites.flatMap((suite) => [
    `  <testsuite${attributes({ name: suite.name, ...counts(suite.cases), time: unmeasured })}>`,
    ...suite.cases.flatMap(caseLines),
    "  </testsuite>",
  ]);
  const { tests, failures, errors } = counts(suites.flatMap(({ cases }) => cases));
  const head = `<testsuites${attributes({ name, tests, failures, errors })}>`;
  return ['<?xml version="1.0" encoding="UTF-8"?>', head, ...lines, "</testsuites>", ""].join("\n");
}

function counts(cases: readonly JunitCase[]) {
  const count = (outcome: JunitOutcome): number => cases.filter((each) => each.outcome === outcome).length;
  return {
    tests: cases.length,
    failures: count("failed"),
    errors: count("error"),
    skipped: count("skipped"),
  };
}

/** Readers want a time; ours would say more about the machine than about the case. */
const unmeasured = "0";

const elements = { failed: "failure", error: "error" } as const;

function caseLines({ name, className, outcome, message, details = message, output }: JunitCase): string[] {
  const inner: string[] = [];
  if (outcome === "skipped") inner.push("      <skipped/>");
  if (outcome === "failed" || outcome === "error") {
    const element = elements[outcome];
    const type = outcome === "failed" ? "violation" : "error";
    const head = `${element}${attributes({ message: message ?? "", type })}`;
    inner.push(`      <${head}>${escapeXml(details ?? "")}</${element}>`);
  }
  if (output) inner.push(`      <system-out>${escapeXml(output)}</system-out>`);
  const head = `testcase${attributes({ name, classname: className, time: unmeasured })}`;
  return inner.length === 0 ? [`    <${head}/>`] : [`    <${head}>`, ...inner, "    </testcase>"];
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeAttribute(String(value))}"`)
    .join("");
}

/** Line ends in attributes are spaces to whoever reads them. */
function escapeAttribute(text: string): string {
  return escapeXml(text).replaceAll('"', "&quot;").replaceAll("\n", "&#10;").replaceAll("\t", "&#9;");
}

function escapeXml(text: string): string {
  const escaped = allowed(text).replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
  // what a terminal would not show: the same to readers of XML
  return printable(escaped, (character) => `&#x${character.charCodeAt(0).toString(16)};`);
}

/** XML 1.0 has no way to write most control characters. */
function allowed(text: string): string {
  return text.replace(/[\u0000-\u0008\u000b-\u001f\ufffe\uffff]/g, "\ufffd");
}
