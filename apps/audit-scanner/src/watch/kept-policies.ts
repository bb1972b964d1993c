import type { Clock } from "@kubewarden-ts/base";
import type { ScannedPart } from "../config.ts";
import type { ScanContext } from "../scan/scan-context.ts";
import { namespacePolicies } from "../scan/scan-namespaces.ts";
import { planScan, type ScanPlan } from "../scan/scan-plan.ts";
import type { SelectionScope } from "../selection/select-policies.ts";

/** A run, and the policies that it asks. */
export interface RunWithPolicies {
  readonly context: ScanContext;
  /** no run before had these policies */
  readonly isNew: boolean;
  /** What is asked in one scope. @throws {KubeError} when policies cannot be listed; the reason of the signal */
  planOf(scope: SelectionScope, signal: AbortSignal): Promise<ScanPlan>;
}

/** Policies that are read once for many runs, until something changes on which they depend. */
export interface KeptPolicies {
  run(): RunWithPolicies;
  /** What was read no longer holds, or could not be read: the next run reads anew. */
  drop(): void;
}

export interface KeptPoliciesDeps {
  readonly newRun: () => ScanContext;
  /** what is scanned at all */
  readonly part: ScannedPart;
  /** whether their changes are seen; without, each run reads anew */
  readonly watched: () => boolean;
  readonly clock: Clock;
}

/** What no watch tells of, such as kinds that are served since, is known after this. */
const keptMs = 60_000;
/** A plan takes memory for each policy; scopes beyond the last ones are planned anew. */
const maxPlans = 100;

interface Kept {
  readonly catalog: ScanContext["catalog"];
  /** by scope */
  readonly plans: Map<string, ScanPlan>;
  readonly untilMs: number;
}

/** What is kept is dropped by who hears of changes, and after a minute in any case. */
export function createKeptPolicies({ newRun, part, watched, clock }: KeptPoliciesDeps): KeptPolicies {
  let kept: Kept | undefined;
  const namespace = part.kind === "namespace" ? part.name : undefined;

  return {
    run() {
      const own = newRun();
      if (kept !== undefined && clock.now() >= kept.untilMs) kept = undefined;
      const isNew = kept === undefined;
      const { catalog, plans } = kept ?? { catalog: own.catalog, plans: new Map<string, ScanPlan>() };
      // what changed before anybody watched is not told
      if (isNew && watched()) kept = { catalog, plans, untilMs: clock.now() + keptMs };
      const context = { ...own, catalog };
      return {
        ...{ context, isNew },
        async planOf(scope, signal) {
          const key = JSON.stringify(scope);
          const known = plans.get(key);
          if (known !== undefined) return known;
          const isCluster = scope.kind === "cluster";
          const policies = await (isCluster
            ? catalog.clusterwide(signal)
            : namespacePolicies(context, namespace, signal));
          const plan = planScan(policies, new Map([[isCluster ? undefined : scope.name, scope]]));
          if (plans.size >= maxPlans) for (const oldest of plans.keys().take(1)) plans.delete(oldest);
          plans.set(key, plan);
          return plan;
        },
      };
    },
    drop() {
      kept = undefined;
    },
  };
}
