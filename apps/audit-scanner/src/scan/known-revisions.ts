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
  /** A verdict of this run came; one that tells no revision says nothing about those to come. */
  told(policy: AuditablePolicy, verdict: Verdict): void;
  /** Who had to ask was not told: until somebody is, all objects are asked about, and none waits. */
  notTold(policy: AuditablePolicy): void;
}

export function createKnownRevisions(): KnownRevisions {
  const known = new Map<AuditablePolicy, Promise<string | undefined>>();
  const asking = new Map<AuditablePolicy, PromiseWithResolvers<string | undefined>>();
  const settle = (policy: AuditablePolicy, revision: string | undefined): void => {
    known.set(policy, Promise.resolve(revision));
    asking.get(policy)?.resolve(revision);
    asking.delete(policy);
  };
  return {
    current(policy) {
      const pending = known.get(policy) ?? asking.get(policy)?.promise;
      if (pending !== undefined) return pending;
      asking.set(policy, Promise.withResolvers());
      return "ask";
    },
    told(policy, { revision }) {
      if (revision !== undefined) settle(policy, revision);
    },
    notTold(policy) {
      if (!known.has(policy)) settle(policy, undefined);
    },
  };
}
