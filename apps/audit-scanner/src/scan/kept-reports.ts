import type { ApiResource } from "@kubewarden-ts/kube";
import type { KeptReports, ReportScope } from "../report-sink.ts";

/** Remembers what must keep its reports although this run has none for it (audit-and-reports.md 4.5). */
export interface KeptReportsLog {
  /** A kind could not be listed there. */
  kind(resource: ApiResource, scopes: readonly ReportScope[]): void;
  in(scope: ReportScope): KeptReports;
}

export function createKeptReportsLog(): KeptReportsLog {
  const kinds = new Map<ReportScope, Set<string>>();
  return {
    kind({ group, kind }, scopes) {
      for (const scope of scopes) kinds.getOrInsertComputed(scope, () => new Set()).add(`${group}/${kind}`);
    },
    in: (scope) => ({ kinds: kinds.get(scope) ?? new Set(), uids: new Set() }),
  };
}
