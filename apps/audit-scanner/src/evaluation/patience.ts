import type { Clock } from "@kubewarden-ts/base";

/** How long a policy server's refusals are waited out. A refusal is no failure: the server is well, and does other work first. */
export interface Patience {
  /** The server judged for these policies: it gets on, so all who wait may wait longer. */
  judged(policyIds: readonly string[]): void;
  /**
   * The server refused to ask a policy.
   * @returns until when that is waited out, in milliseconds since 1970; an instant that is over: no longer
   */
  refused(policyId: string): number;
}

/** Without a verdict of any policy. */
const serverMs = 120_000;
/** Without a verdict of the policy: one that is never begun must not hold up a scan while others are judged. */
const policyMs = 600_000;

/**
 * Two minutes without a verdict use up the patience with a server, ten minutes the patience with one of its policies. The next
 * verdict brings it back, and so does a time in which nobody was refused.
 */
export function createPatience(clock: Pick<Clock, "now">): Patience {
  const server = refusals(serverMs);
  const policies = new Map<string, Refusals>();
  return {
    judged(policyIds) {
      server.end();
      for (const policyId of policyIds) policies.delete(policyId);
    },
    refused(policyId) {
      const now = clock.now();
      const policy = policies.getOrInsertComputed(policyId, () => refusals(policyMs));
      return Math.min(server.add(now), policy.add(now));
    },
  };
}

/** Refusals with nothing but refusals between them. */
interface Refusals {
  /** @returns when the patience that began with the first one ends */
  add(atMs: number): number;
  end(): void;
}

function refusals(patienceMs: number): Refusals {
  let firstMs: number | undefined;
  let lastMs = 0;
  return {
    add(atMs) {
      // a later scan of the same process begins anew
      if (firstMs === undefined || atMs - lastMs >= patienceMs) firstMs = atMs;
      lastMs = atMs;
      return firstMs + patienceMs;
    },
    end() {
      firstMs = undefined;
    },
  };
}
