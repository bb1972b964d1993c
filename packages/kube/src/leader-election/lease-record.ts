import type { Lease } from "@kubewarden-ts/api/core";

/** Who leads, as a Lease says it. */
export interface LeaseRecord {
  /** `""` when it was given back */
  readonly holder: string;
  readonly durationMs: number;
  readonly transitions: number;
  readonly acquireTime: string | undefined;
  /** what of it changes with each renewal: nobody compares other machines' clocks */
  readonly stamp: string;
}

export function readLease({ spec = {} }: Lease): LeaseRecord {
  const { holderIdentity, leaseDurationSeconds, leaseTransitions, acquireTime, renewTime } = spec;
  return {
    holder: holderIdentity ?? "",
    durationMs: (leaseDurationSeconds ?? 0) * 1000,
    transitions: leaseTransitions ?? 0,
    acquireTime: acquireTime ?? undefined,
    stamp: JSON.stringify([holderIdentity, leaseTransitions, acquireTime, renewTime]),
  };
}

/** The Lease's fields for a leader that takes it, or renews it. */
export function heldSpec(
  before: LeaseRecord | undefined,
  { identity, nowMs, durationMs }: { identity: string; nowMs: number; durationMs: number },
): NonNullable<Lease["spec"]> {
  const isRenewal = before?.holder === identity;
  return {
    holderIdentity: identity,
    leaseDurationSeconds: Math.ceil(durationMs / 1000),
    acquireTime: isRenewal && before.acquireTime !== undefined ? before.acquireTime : microTime(nowMs),
    renewTime: microTime(nowMs),
    leaseTransitions: before === undefined ? 0 : before.transitions + (isRenewal ? 0 : 1),
  };
}

/** The Lease's fields for a leader that gives it back: anybody may take it at once. */
export function releasedSpec({ transitions }: LeaseRecord, nowMs: number): NonNullable<Lease["spec"]> {
  return {
    holderIdentity: "",
    leaseDurationSeconds: 1,
    acquireTime: microTime(nowMs),
    renewTime: microTime(nowMs),
    leaseTransitions: transitions,
  };
}

/** RFC 3339 with microseconds, as `metav1.MicroTime`. */
export function microTime(ms: number): string {
  const micros = Math.floor(ms * 1000) % 1_000_000;
  return `${new Date(ms).toISOString().slice(0, 19)}.${String(micros).padStart(6, "0")}Z`;
}
