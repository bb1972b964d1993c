import { printableLine } from "@kubewarden-ts/base";
import { objectName, type Place } from "../scan/manifest-object.ts";
import { policyTitle } from "../scan/policy-resource.ts";
import { type ScanReport, type ScanResult, severityOf, summaryOf } from "../scan/scan-result.ts";

/** For people, and for editors that know compilers: `FILE:LINE:COLUMN: SEVERITY: …`, then what it comes to. */
export function scanText(report: ScanReport): string {
  const lines = [
    ...report.problems.map(({ place, message }) => `${placeText(place)}: error: ${message}`),
    ...report.results.flatMap(resultLines),
    ...report.unused.map((policy) => `note: ${policyTitle(policy)} concerns no object`),
  ];
  return [...lines, summaryLine(report)].map((line) => `${printableLine(line)}\n`).join("");
}

function resultLines(result: ScanResult): string[] {
  const { object, policy, outcome, message, causes, changes, warnings, place, properties } = result;
  const severity = severityOf(result);
  if (severity === "none") return [];
  const head = `${placeText(place)}: ${severity}: ${objectName(object)}: `;
  const tail = ` [${policy.id}${policy.mode === "monitor" ? ", monitor mode" : ""}]`;
  const told =
    outcome === "pass"
      ? [...warnings, ...(changes.length > 0 ? [`would be changed: ${changesText(changes)}`] : [])]
      : [message];
  const details = outcome === "pass" ? [] : [...causes, ...propertyTexts(properties)];
  return [...told.map((text) => head + text + tail), ...details.map((text) => `    ${text}`)];
}

const maxChanges = 5;

export function changesText(changes: readonly string[]): string {
  const more = changes.length - maxChanges;
  return changes.slice(0, maxChanges).join(", ") + (more > 0 ? ` and ${more} more` : "");
}

export function propertyTexts(properties: ScanResult["properties"]): string[] {
  return Object.entries(properties).map(([name, value]) => `${name}: ${value}`);
}

function placeText({ file, line, column }: Place): string {
  return `${file === "-" ? "<stdin>" : file}:${line}:${column}`;
}

function summaryLine(report: ScanReport): string {
  const { objects, policies, evaluations, violations, warnings, errors } = summaryOf(report);
  const skipped = report.skipped > 0 ? `, ${counted(report.skipped, "document")} skipped` : "";
  const asked = `${counted(objects, "object")}${skipped}, ${counted(policies, "policy", "policies")}, ${counted(evaluations, "evaluation")}`;
  return `${asked}: ${counted(violations, "violation")}, ${counted(warnings, "warning")}, ${counted(errors, "error")}`;
}

function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
