import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { isKubeError } from "@kubewarden-ts/kube";
import type { AuditablePolicy } from "../auditable-policy.ts";
import type { AuditedObject } from "../audited-object.ts";
import type { ReportScope } from "../report-sink.ts";
import { severityAnnotation, severityOf } from "./build-result.ts";
import { managedSelector, type Report, severities } from "./report.ts";
import type { ReportVersion } from "./write-report.ts";

/** What is told about the storing of reports (audit-and-reports.md 2.12). */
export interface ReportLog {
  readonly plain: Logger;
  written(report: Report, outcome: { kind: "created" | "updated"; version: ReportVersion }): void;
  notWritten(report: Report, error: unknown): void;
  notOurs(report: Report): void;
  unreadable(type: ResourceType<KubernetesObject>, error: unknown, scope: ReportScope): void;
  notDeleted(type: ResourceType<KubernetesObject>, problem: string): void;
  /** Our reports of ignored namespaces, counted; how to be rid of them. Nothing when there are none. */
  notVisited(type: ResourceType<KubernetesObject>, counts: ReadonlyMap<string, number>): void;
  withoutUid(object: AuditedObject): void;
  /** Once for each policy whose severity no report can have. */
  badSeverity(policy: AuditablePolicy): void;
}

/** @param base - lines get the component `policyreportstore` */
export function createReportLog(base: Logger, runUid: string): ReportLog {
  const log = base.child({ target: "policyreportstore" });
  const told = new Set<string>();

  function once(key: string): boolean {
    if (told.has(key)) return false;
    told.add(key);
    return true;
  }

  return {
    plain: log,
    written: (report, { kind, version }) =>
      log.debug(`${shortKind(report)} ${kind}`, {
        ...fieldsOf(report),
        "report-version": version.resourceVersion,
      }),
    notWritten(report, error) {
      // one line says what is wrong with all of them
      if (isKubeError(error, "KUBE_RESOURCE_UNKNOWN") && !once(`not served: ${report.kind}`)) return;
      const message = isClusterReport(report)
        ? "error adding ClusterPolicyReport to store"
        : "error adding PolicyReport to store.";
      log.error(message, { ...fieldsOf(report), error: problemOf(error, report) });
    },
    notOurs: (report) =>
      log.warn("a report of that name is not ours, it stays: the findings are not stored", fieldsOf(report)),
    unreadable: ({ kind, apiVersion }, error, namespace) => {
      if (isKubeError(error, "KUBE_RESOURCE_UNKNOWN") && !once(`not listed: ${kind}`)) return;
      log.warn("Failed to list reports: old ones stay, nothing of them is reused", {
        ...{ error: problemOf(error, { kind, apiVersion }), kind, namespace },
      });
    },
    notDeleted: ({ namespaced }, problem) =>
      log.error(namespaced ? "error deleting old reports" : "error deleting old ClusterReports", {
        ...{ error: problem, RunUID: runUid },
      }),
    notVisited(type, counts) {
      if (counts.size === 0) return;
      log.warn(
        "reports of ignored namespaces stay as they are: no scan of all namespaces renews or removes them",
        {
          reports: [...counts.values()].reduce((sum, count) => sum + count, 0),
          namespaces: [...counts.keys()],
          "to-delete": deletionCommand(type, [...counts.keys()]),
        },
      );
    },
    withoutUid({ resource: { apiVersion, kind }, name, namespace }) {
      if (!once(`no uid: ${apiVersion}/${kind}`)) return;
      log.warn("objects of this kind have no UID and get no report", { apiVersion, kind, name, namespace });
    },
    badSeverity({ uniqueName, policy }) {
      const severity = severityOf(policy);
      if (severity.kind !== "unknown" || !once(`severity: ${uniqueName}`)) return;
      log.warn("the severity of the policy is none that a report can have, results go without", {
        ...{
          policy: uniqueName,
          annotation: severityAnnotation,
          severity: severity.text,
          allowed: severities,
        },
      });
    },
  };
}

/** A namespace is named by letters, digits and dashes: nothing for a shell to misread. */
function deletionCommand(
  { plural, apiVersion }: ResourceType<KubernetesObject>,
  namespaces: readonly string[],
): string {
  const what = `${plural}.${apiVersion.split("/")[0]} --selector ${managedSelector}`;
  return `for ns in ${namespaces.join(" ")}; do kubectl delete --namespace $ns ${what}; done`;
}

function isClusterReport({ metadata }: Report): boolean {
  return metadata.namespace === undefined;
}

/** What the log calls a report of either kind. */
function shortKind(report: Report): string {
  return isClusterReport(report) ? "ClusterPolicyReport" : "PolicyReport";
}

function fieldsOf({ metadata, scope }: Report) {
  return {
    "report-name": metadata.name,
    "resource-name": scope.name,
    "resource-namespace": scope.namespace,
    "resource-kind": scope.kind,
    "resource-version": scope.resourceVersion,
  };
}

function problemOf(error: unknown, { kind, apiVersion }: { kind: string; apiVersion: string }): string {
  if (!isKubeError(error, "KUBE_RESOURCE_UNKNOWN")) return errorText(error);
  return `the API server does not serve ${apiVersion} ${kind}: install the report definitions (CRDs), or choose the other --report-kind`;
}
