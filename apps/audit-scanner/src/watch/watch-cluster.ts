import { type Clock, type Logger, pause } from "@kubewarden-ts/base";
import type { ScannedPart } from "../config.ts";
import type { ScannerParts } from "../process/scanner-parts.ts";
import type { StopSignals } from "../process/stop-signals.ts";
import { createAuditedKinds } from "./audited-kinds.ts";
import { createKeptPolicies, type KeptPolicies } from "./kept-policies.ts";
import { createPendingWork, type PendingWork } from "./pending-work.ts";
import { type PolicyWatch, watchPolicies } from "./policy-watch.ts";
import { scanPending } from "./scan-pending.ts";

export interface WatchClusterDeps {
  readonly parts: ScannerParts;
  readonly signals: StopSignals;
  readonly clock: Clock;
  readonly log: Logger;
  /** namespaces that are not scanned */
  readonly ignored: ReadonlySet<string>;
  /** where the Services of the policy servers are */
  readonly kubewardenNamespace: string;
}

/** Changes come in bursts: a Deployment makes Pods, each of which changes several times while it starts. */
const settleMs = 1000;
/** What no watch tells of, such as data that policies read, is looked at this often. */
const everythingMs = 3_600_000;

/**
 * `--watch`: scans once, then what changes, until the process is asked to stop. An object that changed is read and judged by
 * itself; many of one scope, and a scope whose labels changed, are a scan of that scope; changed policies are one of
 * everything. With `--incremental`, which a watch implies, only what changed is judged anew.
 */
export async function watchCluster(part: ScannedPart, deps: WatchClusterDeps): Promise<void> {
  const { parts, signals, clock, log, ignored } = deps;
  const { stop } = signals;
  const pending = createPendingWork(part, ignored);
  pending.markAll();
  await using stack = new AsyncDisposableStack();
  const watching = { client: parts.client, clock, log };
  const namespace = part.kind === "namespace" ? part.name : undefined;
  let namespaces: PolicyWatch | undefined;
  const policies = createKeptPolicies({
    ...{ newRun: () => parts.newRun(), part, clock },
    watched: () => namespaces?.seesAddresses === true,
  });
  try {
    namespaces = stack.use(await watchPolicies({ ...watching, ...reactions(pending, policies, deps) }, stop));
    const kinds = stack.use(
      createAuditedKinds({ ...watching, namespace, onChange: (place) => pending.markObject(place) }),
    );
    markLater(pending, { everyMs: everythingMs, clock, signal: stop });
    while (!stop.aborted) {
      await Promise.race([pending.any, aborted(stop)]);
      await pause(clock, settleMs, stop);
      if (stop.aborted) break;
      await parts.refresh();
      await scanPending({ pending, policies, kinds, namespaces, part, clock, log, stop });
    }
  } catch (error) {
    if (!stop.aborted) throw error;
  }
  log.info("watch stopped");
}

function reactions(
  pending: PendingWork,
  policies: KeptPolicies,
  { kubewardenNamespace }: Pick<WatchClusterDeps, "kubewardenNamespace">,
) {
  return {
    kubewardenNamespace,
    onPolicies() {
      policies.drop();
      pending.markAll();
    },
    onNamespace: (name: string) => pending.markScope(name),
    onAddresses: () => policies.drop(),
  };
}

function markLater(
  pending: PendingWork,
  { everyMs, clock, signal }: { everyMs: number; clock: Clock; signal: AbortSignal },
): void {
  const run = async (): Promise<void> => {
    for (;;) {
      await pause(clock, everyMs, signal);
      if (signal.aborted) return;
      pending.markAll();
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
