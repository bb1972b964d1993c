import type { KubernetesObject } from "@kubewarden-ts/api";
import { createLogger, type Logger, type LogLine } from "@kubewarden-ts/base";
import { createObjectClient, type KubeClient, type ObjectClient } from "@kubewarden-ts/kube";
import type { ObjectFindings, ReportScope, ReportSink } from "../../report-sink.ts";
import { createReportSink, type ReportSinkOptions } from "../create-report-sink.ts";
import type { ReportKind, ReportTypes } from "../report-kinds.ts";

/** Where reports are stored: a fake, or a real API server. */
export interface ReportCluster extends AsyncDisposable {
  readonly client: KubeClient;
  /** of an account with the rights of Kubewarden 1.36: collections may be deleted, single reports may not */
  readonly limitedClient: KubeClient;
  /** both kinds of reports, with nothing stored */
  readonly types: Readonly<Record<ReportKind, ReportTypes>>;
  /** that exist */
  readonly namespaces: readonly [string, string];
}

/** A report as it is stored. */
export type StoredObject = KubernetesObject & {
  readonly summary?: Readonly<Record<string, number>>;
  readonly results?: readonly object[];
};

/** One kind of reports in a cluster. */
export interface ReportStore {
  readonly objects: ObjectClient;
  readonly log: Logger;
  /** what was logged */
  readonly lines: readonly LogLine[];
  /** A run of the scanner. */
  sink(runUid: string, options?: Partial<ReportSinkOptions>): ReportSink;
  /** What is stored; of all namespaces unless told. */
  reports(scope?: ReportScope | "cluster"): Promise<StoredObject[]>;
  report(scope: ReportScope, name: string): Promise<StoredObject | undefined>;
  /** Stores a report that no run of a test wrote: ours, unless the labels say otherwise. */
  put(
    scope: ReportScope,
    name: string,
    more?: { labels?: Record<string, string>; [field: string]: unknown },
  ): Promise<void>;
  /** Changes a stored report as somebody else would. */
  patch(scope: ReportScope, name: string, patch: object): Promise<void>;
}

const ours = { "app.kubernetes.io/managed-by": "kubewarden" };

export function reportStore({ client, types: all }: ReportCluster, kind: ReportKind): ReportStore {
  const types = all[kind];
  const lines: LogLine[] = [];
  const log = createLogger({ level: "debug", target: "test", write: (line) => void lines.push(line) });
  const objects = createObjectClient(client);
  const typeOf = (scope: ReportScope) => (scope === undefined ? types.cluster : types.namespaced);
  return {
    objects,
    log,
    lines,
    sink: (runUid, options = {}) =>
      createReportSink({ client, kind, types, runUid, store: true, incremental: false, log, ...options }),
    reports: (scope) =>
      scope === "cluster"
        ? objects.list(types.cluster)
        : objects.list(types.namespaced, { namespace: scope }),
    report: (scope, name) => objects.get(typeOf(scope), { name, namespace: scope }),
    async put(scope, name, { labels = ours, ...more } = {}) {
      const { apiVersion, kind } = typeOf(scope);
      const metadata = { name, ...(scope !== undefined && { namespace: scope }), labels };
      await objects.create(typeOf(scope), { apiVersion, kind, metadata, ...more });
    },
    patch: async (scope, name, patch) =>
      void (await objects.mergePatch(typeOf(scope), { name, namespace: scope }, patch)),
  };
}

export const nothingKept = { kinds: new Set<string>(), uids: new Set<string>() };
export const never = new AbortController().signal;

/** Scans a scope: what was found is written, the rest goes. */
export async function scan(
  sink: ReportSink,
  scope: ReportScope,
  all: readonly ObjectFindings[],
): Promise<void> {
  await sink.open(scope, never);
  for (const each of all) await sink.write(each, never);
  await sink.close(scope, nothingKept, never);
}

export function reportNames(reports: readonly StoredObject[]): string[] {
  return reports.map(({ metadata }) => metadata.name);
}
