import { type JunitCase, type JunitSuite, junitXml } from "@kubewarden-ts/report-formats";
import { type InputProblem, objectName } from "../scan/manifest-object.ts";
import { type FailOn, type ScanReport, type ScanResult, severityOf } from "../scan/scan-result.ts";
import { changesText, propertyTexts } from "./scan-text.ts";

/** A suite for each file, a case for each object and policy; what could not be read is a case with an error. */
export function scanJunit(report: ScanReport, failOn: FailOn): string {
  const suites = new Map<string, JunitCase[]>();
  const add = (file: string, each: JunitCase): void => {
    const cases = suites.get(file);
    if (cases === undefined) suites.set(file, [each]);
    else cases.push(each);
  };
  for (const problem of report.problems) add(problem.place.file, problemCase(problem));
  for (const result of report.results) add(result.place.file, resultCase(result, failOn));
  const named = Array.from(suites, ([name, cases]): JunitSuite => ({ name, cases }));
  return junitXml("kwctl scan", named);
}

function problemCase({ place, message }: InputProblem): JunitCase {
  const details = `${place.file}:${place.line}:${place.column}: ${message}`;
  return { name: "can be read", className: place.file, outcome: "error", message, details };
}

function resultCase(result: ScanResult, failOn: FailOn): JunitCase {
  const { policy, object, message, causes, changes, warnings, place, properties, outcome } = result;
  const name = `${policy.id}: ${objectName(object)}`;
  const where = `${place.file}:${place.line}:${place.column}`;
  const isWarning = severityOf(result) === "warning";
  const passes = outcome === "pass" || (isWarning && failOn !== "warning");
  const told = [
    ...warnings,
    ...(changes.length > 0 ? [`would be changed: ${changesText(changes)}`] : []),
    ...(isWarning ? [`in monitor mode: ${message}`] : []),
    ...propertyTexts(properties),
  ].join("\n");
  const base = { name, className: place.file, output: told };
  if (passes) return { ...base, outcome: "passed" };
  const details = [`${where}: ${message}`, ...causes].join("\n");
  return { ...base, outcome: outcome === "error" ? "error" : "failed", message, details };
}
