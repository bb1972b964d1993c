import { isBeingDeleted } from "@kubewarden-ts/api";
import type { Pod } from "@kubewarden-ts/api/core";
import { defaultReadinessProbePort, policyServerLabel } from "@kubewarden-ts/api/policies";
import {
  type Clock,
  createSemaphore,
  errorText,
  type Logger,
  pause,
  type Semaphore,
} from "@kubewarden-ts/base";
import type { ClusterView } from "../cluster-view.ts";
import type { AskReplica } from "./ask-replica.ts";
import { isPodReady } from "./pod-readiness.ts";
import type { ReplicaReport } from "./replica-report.ts";

/** What the replicas of all policy servers say of their policies, asked for again and again while they are ready. */
export interface ReplicaReports extends AsyncDisposable {
  of(pod: Pod): ReplicaReport;
  /**
   * Somebody waits until this pod says something else: it is asked soon, then ever less often, until the usual interval
   * is reached.
   * @param what - for what is waited; the same again does not begin anew
   */
  expectChange(pod: Pod, what: string): void;
  /** Calls back with the name of the policy server when a replica says something new. @returns ends it */
  onChange(handler: (policyServer: string) => void): () => void;
}

export interface ReplicaReportsOptions {
  readonly view: Pick<ClusterView, "pods" | "policyServers">;
  readonly ask: AskReplica;
  readonly clock: Clock;
  readonly log: Logger;
  /** between two questions to a replica that nobody waits for, in milliseconds; 30 s unless told */
  readonly intervalMs?: number;
}

const defaultIntervalMs = 30_000;
const firstPauseMs = 1000;
/** Questions under way at one time. */
const maxConcurrent = 16;

export function createReplicaReports(options: ReplicaReportsOptions): ReplicaReports {
  const replicas = new Map<string, Replica>();
  const handlers = new Set<(policyServer: string) => void>();
  const tell = (policyServer: string): void => {
    for (const handler of handlers) handler(policyServer);
  };
  const followers = startFollowers({ ...options, tell });
  const stopWatching = options.view.pods.onChange(({ before, after }) => {
    const uid = uidOf(after ?? before);
    const served = after === undefined ? undefined : addressOf(after);
    const replica = replicas.get(uid);
    if (replica !== undefined && replica.ip === served?.ip) return;
    replica?.gone.abort();
    if (served === undefined) replicas.delete(uid);
    else replicas.set(uid, followers.follow(newReplica(served)));
  });

  return {
    of: (pod) => replicas.get(uidOf(pod))?.report ?? reportOfUnknown(pod),
    expectChange(pod, what) {
      const replica = replicas.get(uidOf(pod));
      if (replica !== undefined && replica.awaited !== what) hurry(replica, what);
    },
    onChange(handler) {
      handlers.add(handler);
      return () => handlers.delete(handler);
    },
    async [Symbol.asyncDispose]() {
      stopWatching();
      for (const { gone } of replicas.values()) gone.abort();
      replicas.clear();
      await followers[Symbol.asyncDispose]();
    },
  };
}

/** The change of the pod is on its way to us, unless it cannot be asked. */
function reportOfUnknown(pod: Pod): ReplicaReport {
  return addressOf(pod) === undefined ? { kind: "untold", problem: "cannot be asked" } : { kind: "awaited" };
}

interface Replica {
  readonly policyServer: string;
  readonly ip: string;
  readonly gone: AbortController;
  report: ReplicaReport;
  /** for what somebody waits, and how often it was asked since */
  awaited: string | undefined;
  asked: number;
  /** ends the pause between two questions */
  wake: AbortController;
}

function newReplica({ policyServer, ip }: { policyServer: string; ip: string }): Replica {
  return {
    ...{ policyServer, ip, report: { kind: "awaited" }, awaited: undefined, asked: 0 },
    gone: new AbortController(),
    wake: new AbortController(),
  };
}

function hurry(replica: Replica, what: string): void {
  replica.awaited = what;
  replica.asked = 0;
  replica.wake.abort();
}

interface FollowOptions extends ReplicaReportsOptions {
  /** there is news of a replica of this policy server */
  readonly tell: (policyServer: string) => void;
}

/** Asks replicas side by side, each until it is gone. Disposing waits for those that are gone. */
function startFollowers(options: FollowOptions) {
  const running = new Set<Promise<void>>();
  const places = createSemaphore(maxConcurrent);
  return {
    follow(replica: Replica): Replica {
      const following = followReplica(replica, places, options)
        .catch((error: unknown) => {
          if (replica.gone.signal.aborted) return;
          options.log.error("a replica is not asked any more", { error: errorText(error) });
        })
        .finally(() => running.delete(following));
      running.add(following);
      return replica;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(running);
    },
  };
}

async function followReplica(
  replica: Replica,
  places: Semaphore,
  { clock, view, ask, tell, intervalMs = defaultIntervalMs }: FollowOptions,
): Promise<void> {
  const { policyServer, ip, gone } = replica;
  const { signal } = gone;
  while (!signal.aborted) {
    const server = view.policyServers.get({ name: policyServer });
    const port = server?.spec.readinessProbePort ?? defaultReadinessProbePort;
    const report = await withPlace(places, signal, () => ask({ ip, port }, signal));
    if (takes(replica, report)) tell(policyServer);
    replica.wake = new AbortController();
    const pauseMs = nextPauseMs(replica, report, intervalMs);
    await pause(clock, pauseMs, AbortSignal.any([signal, replica.wake.signal]));
  }
}

/** Short and then doubled while another answer is hoped for. */
function nextPauseMs(replica: Replica, report: ReplicaReport, intervalMs: number): number {
  const isHurried = replica.awaited !== undefined || report.kind === "untold";
  if (!isHurried) return intervalMs;
  const pauseMs = Math.min(intervalMs, firstPauseMs * 2 ** replica.asked);
  if (pauseMs < intervalMs) replica.asked++;
  return pauseMs;
}

async function withPlace<T>(places: Semaphore, signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  using _place = await places.acquire({ signal });
  return await run();
}

/** A replica that is ready and once told is not believed less for being slow once. @returns whether this is new */
function takes(replica: Replica, report: ReplicaReport): boolean {
  if (report.kind === "untold" && replica.report.kind === "told") return false;
  const isNew = JSON.stringify(comparable(report)) !== JSON.stringify(comparable(replica.report));
  replica.report = report;
  return isNew;
}

function comparable(report: ReplicaReport): unknown {
  return report.kind === "told" ? [report.policiesDigest, [...report.policies]] : report;
}

function uidOf(pod: Pod | undefined): string {
  return pod?.metadata.uid ?? pod?.metadata.name ?? "";
}

/** Who can be asked: ready, there to stay, with an address. */
function addressOf(pod: Pod): { policyServer: string; ip: string } | undefined {
  const policyServer = pod.metadata.labels?.[policyServerLabel];
  const ip = pod.status?.podIP;
  if (policyServer === undefined || ip === undefined || ip === "") return undefined;
  return isPodReady(pod) && !isBeingDeleted(pod) ? { policyServer, ip } : undefined;
}
