import { hash } from "node:crypto";
import { type Report, runUidLabel } from "./report.ts";
import type { StoredReport } from "./stored-report.ts";

/**
 * Two reports with the same digest say the same, whichever run wrote them and when.
 * @param contents - of its results, as {@link resultContent} gives them
 */
export function reportDigest(
  report: Report | StoredReport,
  contents: readonly string[] = report.results.map(resultContent),
): string {
  const { name, labels, ownerReferences } = report.metadata;
  const said = [
    membersOf(labels).filter(([key]) => isOurLabel(key)),
    ownerOf(name, ownerReferences),
    report["source"] ?? null,
    membersOf(report.scope),
    membersOf(report["summary"]),
  ];
  return hash("sha256", [JSON.stringify(said), ...contents].join("\n"), "base64");
}

type Members = readonly (readonly [key: string, value: unknown])[];

/** In the order of their names: the API server keeps none. */
function membersOf(value: unknown): Members {
  if (typeof value !== "object" || value === null) return [];
  const members = value as Readonly<Record<string, unknown>>;
  return Object.keys(members)
    .sort()
    .map((key) => [key, members[key]]);
}

/** Labels of others are not ours to compare: they stay as they are. */
function isOurLabel(key: string): boolean {
  return /^(?:app\.kubernetes\.io\/managed-by|kubewarden\.io\/.*)$/.test(key) && key !== runUidLabel;
}

function ownerOf(uid: string, owners: readonly Readonly<Record<string, unknown>>[]): unknown[] {
  const owner = owners.find((each) => each["uid"] === uid);
  return [owner?.["apiVersion"], owner?.["kind"], owner?.["name"], owner?.["uid"]];
}

/** What a result says, as one line of text: all but the time. */
export function resultContent(result: Report["results"][number] | StoredReport["results"][number]): string {
  const { timestamp: _, properties, policy, result: outcome, message, ...others } = result;
  return JSON.stringify([policy, outcome, message, membersOf(properties), membersOf(others)]);
}
