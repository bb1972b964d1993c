import type { AuditablePolicy } from "../auditable-policy.ts";
import type { Verdict } from "../verdict.ts";

/**
 * Which revision of each policy judges in this run. Only the policy server knows: a module's tag may have moved, so the first
 * verdict that has one tells it, and what was stored under the same revision holds from then on.
 */
export interface KnownRevisions {
  /**
   * @returns `"ask"` when nobody knows it: the caller is the one who asks the policy, and must tell. Otherwise the revision,
   *   as soon as it is known; `undefined` when the server does not tell it
   */
  current(policy: AuditablePolicy): "ask" | Promise<string | undefined>;
  /** A verdict of this run came, or none for who had to ask. */
  told(policy: AuditablePolicy, verdict: Verdict | undefined): void;
}

export function createKnownRevisions(): KnownRevisions {
  const known = new Map<AuditablePolicy, Promise<string | undefined>>();
  const asking = new Map<AuditablePolicy, PromiseWithResolvers<string | undefined>>();
  return {
    current(policy) {
      const pending = known.get(policy) ?? asking.get(policy)?.promise;
      if (pending !== undefined) return pending;
      asking.set(policy, Promise.withResolvers());
      return "ask";
    },
    told(policy, verdict) {
      const revision = verdict?.revision;
      // Not every answer tells it. Until one does, all objects are asked about, and none waits.
      if (revision !== undefined || !known.has(policy)) known.set(policy, Promise.resolve(revision));
      asking.get(policy)?.resolve(revision);
      asking.delete(policy);
    },
  };
}
