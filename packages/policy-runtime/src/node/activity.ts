/**
 * Which job is on a worker's CPU, since when, and which jobs it must not begin any more: shared between the
 * worker, which writes the first two, and the main thread, since a worker that spins answers no message.
 */
export interface Activity {
  /** The job on the CPU, 0 for none, and the time it got there in milliseconds (wrapping at 2^31). */
  running(): { job: number; sinceMs: number };
  enter(job: number): void;
  /** Leaves the CPU, unless another job took it since. */
  leave(job: number): void;
  /** Whether this job must not be begun any more. */
  isRevoked(job: number): boolean;
  /** Revokes every job sent so far, of which `job` is the last. */
  revokeUpTo(job: number): void;
}

const runningSlot = 0;
const sinceSlot = 1;
const revokedSlot = 2;
const hasRevokedSlot = 3;
export const activityBytes = 16;
const clockMask = 0x7fff_ffff;

/** @param buffer - `activityBytes` long, shared with the other side */
export function createActivity(buffer: SharedArrayBuffer, now: () => number): Activity {
  const slots = new Int32Array(buffer);
  return {
    running: () => ({ job: Atomics.load(slots, runningSlot), sinceMs: Atomics.load(slots, sinceSlot) }),
    enter(job) {
      Atomics.store(slots, sinceSlot, now() & clockMask);
      Atomics.store(slots, runningSlot, job);
    },
    leave(job) {
      Atomics.compareExchange(slots, runningSlot, job, 0);
    },
    // Ids wrap around: which of two came first shows in their difference.
    isRevoked: (job) =>
      Atomics.load(slots, hasRevokedSlot) === 1 && ((job - Atomics.load(slots, revokedSlot)) | 0) <= 0,
    revokeUpTo(job) {
      Atomics.store(slots, revokedSlot, job);
      Atomics.store(slots, hasRevokedSlot, 1);
    },
  };
}

/** Milliseconds between a time of {@link Activity.running} and now. */
export function elapsedMs(sinceMs: number, now: number): number {
  return ((now & clockMask) - sinceMs) & clockMask;
}
