import { randomUUID } from "node:crypto";
import type { Clock, Logger } from "@kubewarden-ts/base";
import { createDiscovery, createKubeClient, type Discovery, type KubeClient } from "@kubewarden-ts/kube";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import type { ScannerConfig } from "../config.ts";
import { createEvaluator } from "../evaluation/create-evaluator.ts";
import type { ReportSink } from "../report-sink.ts";
import { createReportSink } from "../reports/create-report-sink.ts";
import { migrateLegacyReports } from "../reports/migrate-legacy-reports.ts";
import { createScanContext, type ScanContext } from "../scan/scan-context.ts";
import type { ScanProgress } from "../scan/scan-tally.ts";
import { createCurrentEvaluator } from "./current-evaluator.ts";
import { loadScannerAccess } from "./load-access.ts";
import { logReport } from "./log-report.ts";
import type { StopSignals } from "./stop-signals.ts";

export interface ScannerDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly clock: Clock;
  readonly signals: StopSignals;
}

/** Who looks on while a run goes on. */
export interface RunObserver {
  /** sees what is found before it is stored */
  readonly wrapSink?: (sink: ReportSink) => ReportSink;
  readonly onProgress?: ((progress: ScanProgress) => void) | undefined;
}

/** What all runs of a process share. */
export interface ScannerParts extends AsyncDisposable {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  /** What one run needs; policies are read anew for each. */
  newRun(observer?: RunObserver): ScanContext;
  /** Before a run, when none is under way: certificate files that were replaced are used from now on. */
  refresh(): Promise<void>;
}

/** Enough for the pages and the reports that are under way at once; the API server shares itself out among its clients. */
const maxConcurrentRequests = 64;

/**
 * Connects to the cluster and reads the certificates; then, for `openreports`, removes our reports of the other kind
 * (audit-and-reports.md 1.3). Nothing is changed in the cluster by a scanner that cannot start.
 * @throws {KubeError} `KUBE_CONFIG_INVALID`
 * @throws {EvaluatorError} naming the file that cannot be used
 */
export async function startScanner(config: ScannerConfig, deps: ScannerDeps): Promise<ScannerParts> {
  const { env, log, clock, signals } = deps;
  await using stack = new AsyncDisposableStack();
  const access = await loadScannerAccess(env);
  const client = stack.use(
    createKubeClient(access, {
      log: log.child({ target: "k8sclient" }),
      userAgent: `kubewarden-audit-scanner/${KUBEWARDEN_VERSION}`,
      maxConcurrent: maxConcurrentRequests,
    }),
  );
  const { store, reportKind } = config;
  const { parallelPolicies } = config.scan;
  const asking = { log: log.child({ target: "policyclient" }), parallelPolicies, env, clock };
  const current = stack.use(
    await createCurrentEvaluator(config.tls, (tls) => createEvaluator({ ...asking, tls }), log),
  );
  tellUnusual(config, log);
  if (reportKind === "openreports") await migrateLegacyReports({ client, store, log, signal: signals.stop });
  const discovery = createDiscovery(client, { clock });
  const shared = { client, discovery, log, clock, graceSignal: signals.grace };
  const owned = stack.move();
  return {
    ...{ client, discovery },
    newRun: (observer) => newRun(config, { ...shared, evaluator: current.evaluator }, observer),
    refresh: () => current.refresh(),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type Shared = Pick<ScanContext, "client" | "discovery" | "evaluator" | "log" | "clock" | "graceSignal">;

function newRun(
  { reportKind: kind, store, scan: options, logReports }: ScannerConfig,
  shared: Shared,
  { wrapSink = (sink) => sink, onProgress }: RunObserver = {},
): ScanContext {
  const { client, log } = shared;
  const runUid = randomUUID();
  const { incremental } = options;
  const onReport = logReports ? logReport(log) : undefined;
  const sink = wrapSink(createReportSink({ client, kind, runUid, store, incremental, log, onReport }));
  return createScanContext({ ...shared, sink, options, runUid, onProgress });
}

function tellUnusual({ scan: { policyServerUrl }, tls }: ScannerConfig, log: Logger): void {
  if (policyServerUrl !== undefined)
    log.info(
      `querying PolicyServers at ${policyServerUrl} for debugging purposes. Don't forget to start \`kubectl port-forward\` if needed`,
    );
  if (tls.insecure) log.warn("connecting to PolicyServers endpoints without validating TLS connection");
}
