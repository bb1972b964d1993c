import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import {
  type SarifLocation,
  type SarifNotification,
  type SarifResult,
  type SarifRule,
  sarifText,
} from "@kubewarden-ts/report-formats";
import { objectName, type Place } from "../scan/manifest-object.ts";
import { policyTitle, type ScanPolicy } from "../scan/policy-resource.ts";
import { type ScanReport, type ScanResult, severityOf } from "../scan/scan-result.ts";
import { changesText } from "./scan-text.ts";

/**
 * SARIF 2.1.0: a rule for each policy, a result for each violation and each note. What could not be judged is a notification of
 * the run, which then counts as failed.
 */
export function scanSarif(report: ScanReport, exitCode: number): string {
  return sarifText({
    ...{ tool: "kwctl scan", version: KUBEWARDEN_VERSION, exitCode },
    rules: report.policies.map(ruleOf),
    results: report.results.flatMap(resultsOf),
    notifications: notificationsOf(report),
  });
}

function ruleOf(policy: ScanPolicy): SarifRule {
  const level = policy.mode === "protect" ? "error" : "warning";
  return { id: policy.id, description: policyTitle(policy), level };
}

function resultsOf(result: ScanResult): SarifResult[] {
  const level = severityOf(result);
  if (result.outcome === "error" || level === "none") return [];
  const { policy, object, properties, place, causes } = result;
  const name = objectName(object);
  const { template } = object;
  return [
    {
      ruleId: policy.id,
      level,
      message: [`${name}: ${messageOf(result)}`, ...causes].join("\n"),
      location: locationOf(place, name),
      identity: [policy.id, object.group, name, place.file],
      properties: { ...properties, ...(template !== undefined && { template }) },
    },
  ];
}

function messageOf({ outcome, message, warnings, changes }: ScanResult): string {
  if (outcome !== "pass") return message;
  const change = changes.length > 0 ? [`would be changed: ${changesText(changes)}`] : [];
  return [...warnings, ...change].join("; ");
}

function notificationsOf({ problems, results }: ScanReport): SarifNotification[] {
  const unread = problems.map(({ place, message }) => ({ message, location: locationOf(place) }));
  const unjudged = results
    .filter(({ outcome }) => outcome === "error")
    .map(({ policy, object, place, message }) => ({
      message: `${policyTitle(policy)} could not judge ${objectName(object)}: ${message}`,
      location: locationOf(place, objectName(object)),
    }));
  return [...unread, ...unjudged];
}

function locationOf({ file, line, column }: Place, object?: string): SarifLocation {
  return { file: { uri: uriOf(file), line, column }, object };
}

/** Relative paths stay so: they are found below the root of the sources. */
function uriOf(file: string): string {
  if (file === "-") return "stdin";
  if (isAbsolute(file)) return pathToFileURL(file).href;
  return file
    .replaceAll("\\", "/")
    .replace(/^(?:\.\/)+/, "")
    .split("/")
    .map(encodeURIComponent)
    .join("/");
}
