import { type Clock, errorText, type Logger, pause } from "@kubewarden-ts/base";
import { isKubeError } from "@kubewarden-ts/kube";
import type { ScannedPart } from "../config.ts";
import { auditedResources } from "../process/audited-resources.ts";
import { runScan } from "../process/run-scan.ts";
import type { ScannerParts } from "../process/scanner-parts.ts";
import type { StopSignals } from "../process/stop-signals.ts";
import { type AuditedKinds, createAuditedKinds } from "./audited-kinds.ts";
import { createDirtyScopes, type DirtyScopes } from "./dirty-scopes.ts";
import { watchPolicies } from "./policy-watch.ts";

export interface WatchClusterDeps {
  readonly parts: ScannerParts;
  readonly signals: StopSignals;
  readonly clock: Clock;
  readonly log: Logger;
  /** namespaces that are not scanned */
  readonly ignored: ReadonlySet<string>;
}

/** Changes come in bursts: a Deployment makes Pods, each of which changes several times while it starts. */
const settleMs = 1000;
/** A scan that failed, or has results that are no verdicts, is made again after this. */
const againMs = 60_000;
/** What no watch tells of, such as data that policies read, is looked at this often. */
const everythingMs = 3_600_000;
/** With more changed namespaces than this, one scan of all costs less. */
const manyScopes = 10;

/**
 * `--watch`: scans once, then what changes, until the process is asked to stop. A scope in which something changed is
 * scanned as a whole; with `--incremental`, which a watch implies, only what changed is judged anew.
 */
export async function watchCluster(part: ScannedPart, deps: WatchClusterDeps): Promise<void> {
  const { parts, signals, clock, log, ignored } = deps;
  const { stop } = signals;
  const dirty = createDirtyScopes(part, ignored);
  dirty.markAll();
  await using stack = new AsyncDisposableStack();
  const watching = { client: parts.client, clock, log };
  const namespace = part.kind === "namespace" ? part.name : undefined;
  try {
    stack.use(await watchPolicies({ ...watching, dirty }, stop));
    const onChange = (changed: string | undefined): void => dirty.mark(changed);
    const kinds = stack.use(createAuditedKinds({ ...watching, namespace, onChange }));
    markLater(dirty, { everyMs: everythingMs, clock, signal: stop });
    while (!stop.aborted) {
      await Promise.race([dirty.any, aborted(stop)]);
      await pause(clock, settleMs, stop);
      if (!stop.aborted) await scanDirty(dirty, { ...deps, part, kinds });
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  log.info("watch stopped");
}

async function scanDirty(
  dirty: DirtyScopes,
  deps: WatchClusterDeps & { readonly part: ScannedPart; readonly kinds: AuditedKinds },
): Promise<void> {
  const { parts, signals, clock, log, part, kinds } = deps;
  const { stop } = signals;
  const marked = dirty.take();
  const context = parts.newRun();
  const again: ScannedPart[] = [];
  for (const scope of marked.length > manyScopes ? [part] : marked) {
    const errors = context.tally.totals.error;
    try {
      await kinds.follow(await auditedResources(context.catalog, part, stop), stop);
      await runScan(context, [scope], stop);
      if (context.tally.totals.error > errors) again.push(scope);
    } catch (error) {
      if (stop.aborted) return;
      log.error("scan failed", { error: errorText(error) });
      if (!isGone(error)) again.push(scope);
    }
  }
  if (again.length > 0) void pause(clock, againMs, stop).then(() => remark(dirty, again));
}

/** Of a namespace that was deleted meanwhile. */
function isGone(error: unknown): boolean {
  return error instanceof Error && isKubeError(error.cause, "KUBE_NOT_FOUND");
}

function remark(dirty: DirtyScopes, scopes: readonly ScannedPart[]): void {
  for (const scope of scopes) {
    if (scope.kind === "everything") dirty.markAll();
    else dirty.mark(scope.kind === "cluster" ? undefined : scope.name);
  }
}

function markLater(
  dirty: DirtyScopes,
  { everyMs, clock, signal }: { everyMs: number; clock: Clock; signal: AbortSignal },
): void {
  const run = async (): Promise<void> => {
    for (;;) {
      await pause(clock, everyMs, signal);
      if (signal.aborted) return;
      dirty.markAll();
    }
  };
  void run();
}

function aborted(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  if (signal.aborted) resolve();
  signal.addEventListener("abort", () => resolve(), { once: true });
  return promise;
}
