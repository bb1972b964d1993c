import { type Lease, leases } from "@kubewarden-ts/api/core";
import type { Clock } from "@kubewarden-ts/base";
import { isKubeError } from "../errors.ts";
import type { ObjectClient } from "../objects/object-client.ts";
import { heldSpec, type LeaseRecord, readLease, releasedSpec } from "./lease-record.ts";

export interface LeaseLockOptions {
  readonly objects: ObjectClient;
  readonly namespace: string;
  readonly name: string;
  readonly identity: string;
  readonly clock: Clock;
  readonly leaseDurationMs: number;
}

/** A Lease that one holds at a time. Written by PUT with the resource version that was read: of two, one wins. */
export interface LeaseLock {
  /** instant of the clock before the last renewal was sent */
  readonly renewedAtMs: number;
  /** whether somebody else held it when it was looked at last */
  readonly isOthers: boolean;
  /**
   * Takes it or renews it.
   * @returns false when somebody else holds it, or was faster
   * @throws {KubeError} when the API server does not answer, or refuses
   */
  take(signal: AbortSignal): Promise<boolean>;
  /** Gives it back; nothing when it is another's. @throws {KubeError} */
  release(signal: AbortSignal): Promise<void>;
}

export function createLeaseLock(options: LeaseLockOptions): LeaseLock {
  const { objects, namespace, name, identity, clock, leaseDurationMs } = options;
  let renewedAtMs = Number.NEGATIVE_INFINITY;
  let observed: { readonly record: LeaseRecord; readonly atMs: number } | undefined;

  /** A record counts from when we saw it first. */
  function observe(lease: Lease): LeaseRecord {
    const record = readLease(lease);
    if (observed?.record.stamp !== record.stamp) observed = { record, atMs: clock.now() };
    return record;
  }

  function isOthers(): boolean {
    if (observed === undefined || ["", identity].includes(observed.record.holder)) return false;
    return clock.now() < observed.atMs + Math.max(observed.record.durationMs, leaseDurationMs);
  }

  function held(before: LeaseRecord | undefined, nowMs: number): NonNullable<Lease["spec"]> {
    return heldSpec(before, { identity, nowMs, durationMs: leaseDurationMs });
  }

  async function write(signal: AbortSignal): Promise<Lease | undefined> {
    const found = await objects.get(leases, { namespace, name }, { signal });
    const nowMs = clock.now();
    if (found === undefined) {
      const { apiVersion, kind } = leases;
      const lease = { apiVersion, kind, metadata: { namespace, name }, spec: held(undefined, nowMs) };
      return await objects.create(leases, lease, { signal });
    }
    const record = observe(found);
    if (isOthers()) return undefined;
    const spec = { ...found.spec, ...held(record, nowMs) };
    return await objects.replace(leases, { ...found, spec }, { signal });
  }

  return {
    get renewedAtMs() {
      return renewedAtMs;
    },
    get isOthers() {
      return isOthers();
    },
    async take(signal) {
      const startedAtMs = clock.now();
      try {
        const written = await write(signal);
        if (written === undefined) return false;
        observe(written);
        renewedAtMs = startedAtMs;
        return true;
      } catch (error) {
        if (isKubeError(error, "KUBE_CONFLICT")) return false;
        throw error;
      }
    },
    async release(signal) {
      const found = await objects.get(leases, { namespace, name }, { signal });
      if (found === undefined) return;
      const record = readLease(found);
      if (record.holder !== identity) return;
      const spec = { ...found.spec, ...releasedSpec(record, clock.now()) };
      await objects.replace(leases, { ...found, spec }, { signal });
    },
  };
}
