import { createHash } from "node:crypto";
import { isAbsolute } from "node:path";
import { pathToFileURL } from "node:url";
import { printable } from "@kubewarden-ts/base";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { objectName, type Place } from "../scan/manifest-object.ts";
import { policyTitle, type ScanPolicy } from "../scan/policy-resource.ts";
import { type ScanReport, type ScanResult, severityOf, summaryOf } from "../scan/scan-result.ts";
import { changesText } from "./scan-text.ts";

const schema = "https://json.schemastore.org/sarif-2.1.0.json";

/**
 * SARIF 2.1.0: a rule for each policy, a result for each violation and each note. What could not be judged is a notification of
 * the run, which then counts as failed.
 */
export function scanSarif(report: ScanReport, exitCode: number): string {
  const log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "kwctl scan",
            semanticVersion: KUBEWARDEN_VERSION,
            rules: report.policies.map(ruleOf),
          },
        },
        columnKind: "utf16CodeUnits",
        invocations: [
          {
            executionSuccessful: summaryOf(report).errors === 0,
            exitCode,
            toolExecutionNotifications: notificationsOf(report),
          },
        ],
        results: report.results.flatMap((result) => resultsOf(result, report.policies)),
      },
    ],
  };
  return printable(`${JSON.stringify(log, null, 2)}\n`);
}

function ruleOf(policy: ScanPolicy) {
  return {
    id: policy.id,
    shortDescription: { text: policyTitle(policy) },
    defaultConfiguration: { level: policy.mode === "protect" ? "error" : "warning" },
  };
}

function resultsOf(result: ScanResult, policies: readonly ScanPolicy[]) {
  const level = severityOf(result);
  if (result.outcome === "error" || level === "none") return [];
  const { policy, object, properties, place, causes } = result;
  const name = objectName(object);
  const { template } = object;
  return [
    {
      ruleId: policy.id,
      ruleIndex: policies.indexOf(policy),
      level,
      message: { text: [`${name}: ${messageOf(result)}`, ...causes].join("\n") },
      locations: [locationOf(place, name)],
      // Alerts are to stay the same when lines move.
      partialFingerprints: { "policyAndObject/v1": fingerprint([policy.id, object.group, name, place.file]) },
      properties: { ...properties, ...(template !== undefined && { template }) },
    },
  ];
}

function messageOf({ outcome, message, warnings, changes }: ScanResult): string {
  if (outcome !== "pass") return message;
  const change = changes.length > 0 ? [`would be changed: ${changesText(changes)}`] : [];
  return [...warnings, ...change].join("; ");
}

function notificationsOf({ problems, results }: ScanReport) {
  const unread = problems.map(({ place, message }) => ({
    level: "error",
    message: { text: message },
    locations: [locationOf(place)],
  }));
  const unjudged = results
    .filter(({ outcome }) => outcome === "error")
    .map(({ policy, object, place, message }) => ({
      level: "error",
      message: { text: `${policyTitle(policy)} could not judge ${objectName(object)}: ${message}` },
      locations: [locationOf(place, objectName(object))],
    }));
  return [...unread, ...unjudged];
}

function locationOf({ file, line, column }: Place, name?: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(file) },
      region: { startLine: line, startColumn: column },
    },
    ...(name !== undefined && { logicalLocations: [{ fullyQualifiedName: name, kind: "resource" }] }),
  };
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

function fingerprint(parts: readonly string[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
