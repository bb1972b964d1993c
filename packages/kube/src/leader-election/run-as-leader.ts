import { type Clock, errorText, type Logger, pause, systemClock } from "@kubewarden-ts/base";
import type { ObjectClient } from "../objects/object-client.ts";
import { createLeaseLock, type LeaseLock } from "./lease-lock.ts";

export interface RunAsLeaderOptions {
  readonly objects: ObjectClient;
  /** of the Lease */
  readonly namespace: string;
  /** of the Lease */
  readonly name: string;
  /** nobody else's, such as host name and a random part */
  readonly identity: string;
  readonly log: Logger;
  readonly clock?: Clock;
  /** from 0 to 1: who waits for the Lease does not ask at the same time as others */
  readonly random?: () => number;
  /** What only the leader does; ends soon after its signal is aborted. */
  lead(signal: AbortSignal): Promise<void>;
  /** gives the Lease back, and ends */
  readonly signal: AbortSignal;
  /** a Lease that was not renewed for so long may be taken, in milliseconds; 15 s unless told */
  readonly leaseDurationMs?: number;
  /** a leader that cannot renew for so long steps down, in milliseconds; 10 s unless told */
  readonly renewDeadlineMs?: number;
  /** between two looks, in milliseconds; 2 s unless told */
  readonly retryPeriodMs?: number;
}

/**
 * Waits for the Lease, leads while it holds it, and gives it back at the end: no two lead at the same time, given clocks
 * that run alike (controller.md 6.3). The Lease is as client-go writes it: others may take turns with us.
 * @returns `lost` when the Lease could not be renewed or somebody else has it: `lead` has ended, the process should too;
 *   `stopped` when the signal was aborted or `lead` ended by itself
 * @throws what `lead` throws, after the Lease was given back
 */
export async function runAsLeader(options: RunAsLeaderOptions): Promise<"stopped" | "lost"> {
  const { log, clock = systemClock, random = Math.random, signal, retryPeriodMs = 2000 } = options;
  const { leaseDurationMs = 15_000, renewDeadlineMs = 10_000, identity, namespace, name } = options;
  if (leaseDurationMs <= renewDeadlineMs || renewDeadlineMs <= retryPeriodMs) {
    throw new RangeError("expected leaseDurationMs > renewDeadlineMs > retryPeriodMs");
  }
  const lock = createLeaseLock({ ...options, clock, leaseDurationMs });
  const lease = `${namespace}/${name}`;
  while (!(await tryLock(lock, log, signal))) {
    if (!signal.aborted) await pause(clock, retryPeriodMs * (1 + random()), signal);
    if (signal.aborted) return "stopped";
  }
  log.info("became leader", { lease, identity });
  const outcome = await leadWhileHeld(lock, { ...options, clock, renewDeadlineMs, retryPeriodMs });
  if (outcome === "lost") log.error("lost leadership", { lease, identity });
  return outcome;
}

async function tryLock(lock: LeaseLock, log: Logger, signal: AbortSignal): Promise<boolean> {
  if (signal.aborted) return false;
  try {
    return await lock.take(signal);
  } catch (error) {
    if (!signal.aborted) log.warn("cannot take or renew the lease", { error: errorText(error) });
    return false;
  }
}

type Held = Required<Pick<RunAsLeaderOptions, "clock" | "renewDeadlineMs" | "retryPeriodMs">> &
  RunAsLeaderOptions;

async function leadWhileHeld(lock: LeaseLock, options: Held): Promise<"stopped" | "lost"> {
  const { lead, signal } = options;
  const ending = new AbortController();
  const leading = lead(AbortSignal.any([signal, ending.signal]));
  const renewing = new AbortController();
  const lost = keepRenewing(lock, options, AbortSignal.any([signal, renewing.signal])).then((isLost) => {
    if (isLost) ending.abort();
    return isLost;
  });
  try {
    await leading;
  } finally {
    renewing.abort();
    // what was lost is another's: giving it back would take it away
    if (!(await lost)) await release(lock, options);
  }
  return (await lost) ? "lost" : "stopped";
}

/** @returns whether the Lease was lost; false when the signal ended it */
async function keepRenewing(
  lock: LeaseLock,
  { clock, renewDeadlineMs, retryPeriodMs, log }: Held,
  signal: AbortSignal,
): Promise<boolean> {
  for (;;) {
    await pause(clock, retryPeriodMs, signal);
    if (signal.aborted) return false;
    const deadlineMs = lock.renewedAtMs + renewDeadlineMs;
    if (clock.now() >= deadlineMs) return true;
    const isHeld = await untilDeadline(clock, deadlineMs, signal, (inTime) => tryLock(lock, log, inTime));
    if (signal.aborted) return false;
    if (!isHeld && (lock.isOthers || clock.now() >= deadlineMs)) return true;
  }
}

/** Runs `call` with a signal that is aborted at the deadline, too. */
async function untilDeadline<T>(
  clock: Clock,
  deadlineMs: number,
  signal: AbortSignal,
  call: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const over = new AbortController();
  void pause(clock, deadlineMs - clock.now(), over.signal).then(() => late.abort());
  try {
    return await call(AbortSignal.any([signal, late.signal]));
  } finally {
    over.abort();
  }
}

/** Who ends does not wait long for an API server that does not answer. */
const releaseMs = 5000;

async function release(lock: LeaseLock, { clock, log }: Held): Promise<void> {
  const never = new AbortController().signal;
  try {
    await untilDeadline(clock, clock.now() + releaseMs, never, (inTime) => lock.release(inTime));
  } catch (error) {
    log.warn("cannot give the lease back, it runs out", { error: errorText(error) });
  }
}
