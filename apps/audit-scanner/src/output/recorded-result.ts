import type { Policy } from "@kubewarden-ts/api/policies";
import type { ObjectFindings, ReportSink } from "../report-sink.ts";
import { severityOf } from "../reports/build-result.ts";
import { limitedMessage } from "../reports/limited-message.ts";
import type { Severity } from "../reports/report.ts";

/** The object that a result is about. */
export interface RecordedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
}

/** The policy that gave a result. */
export interface RecordedPolicy {
  readonly uniqueName: string;
  readonly kind: Policy["kind"];
  readonly name: string;
  readonly namespace?: string;
  readonly mode: Policy["spec"]["mode"];
  readonly severity?: Severity;
}

/** What one policy said of one object. */
export interface RecordedResult {
  readonly object: RecordedObject;
  readonly policy: RecordedPolicy;
  readonly operation: "CREATE" | "UPDATE";
  readonly result: "pass" | "fail" | "error";
  readonly message: string;
}

/** The results of a run. */
export interface ResultRecord {
  /** Sorted by namespace, kind and name, then in the order of the policies */
  results(): readonly RecordedResult[];
}

/**
 * A sink that keeps what is needed to tell all results in the end, and hands everything on. Objects are not kept, only
 * their names.
 */
export function recordResults(sink: ReportSink): {
  readonly sink: ReportSink;
  readonly record: ResultRecord;
} {
  const recorded: (readonly RecordedResult[])[] = [];
  const policies = new Map<string, RecordedPolicy>();
  const recording: ReportSink = {
    openNamespaces: (ignored, signal) => sink.openNamespaces(ignored, signal),
    open: (scope, signal) => sink.open(scope, signal),
    openObject: (object, signal) => sink.openObject(object, signal),
    stored: (object) => sink.stored(object),
    close: (scope, kept, signal) => sink.close(scope, kept, signal),
    write(findings, signal) {
      if (findings.verdicts.length > 0) recorded.push(resultsOf(findings, policies));
      return sink.write(findings, signal);
    },
  };
  return { sink: recording, record: { results: () => recorded.toSorted(byObject).flat() } };
}

function resultsOf(
  { object, verdicts }: ObjectFindings,
  policies: Map<string, RecordedPolicy>,
): readonly RecordedResult[] {
  const { apiVersion, kind } = object.resource;
  const { name, namespace } = object;
  const named = { apiVersion, kind, ...(namespace !== undefined && { namespace }), name };
  return verdicts.map(({ policy: { uniqueName, policy }, operation, result, message }) => ({
    object: named,
    policy: policies.getOrInsertComputed(uniqueName, () => recordedPolicy(uniqueName, policy)),
    ...{ operation, result, message: limitedMessage(message) },
  }));
}

function recordedPolicy(uniqueName: string, policy: Policy): RecordedPolicy {
  const { name, namespace } = policy.metadata;
  const severity = severityOf(policy);
  return {
    ...{ uniqueName, kind: policy.kind, name, mode: policy.spec.mode },
    ...(namespace !== undefined && { namespace }),
    ...(severity.kind === "known" && { severity: severity.severity }),
  };
}

function byObject(one: readonly RecordedResult[], other: readonly RecordedResult[]): number {
  const [left, right] = [sortKey(one), sortKey(other)];
  if (left === right) return 0;
  return left < right ? -1 : 1;
}

function sortKey([first]: readonly RecordedResult[]): string {
  const { namespace = "", kind, name, apiVersion } = first?.object ?? { kind: "", name: "", apiVersion: "" };
  return [namespace, kind, name, apiVersion].join("\0");
}

/** @example "Pod shop/web" */
export function objectTitle({ kind, namespace, name }: RecordedObject): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}

/** @example "AdmissionPolicy shop/labels" */
export function policyTitle({ kind, namespace, name }: RecordedPolicy): string {
  return `${kind} ${namespace === undefined ? "" : `${namespace}/`}${name}`;
}
