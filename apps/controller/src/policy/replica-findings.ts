import type { Condition } from "@kubewarden-ts/api";
import type { Pod } from "@kubewarden-ts/api/core";
import type { ReplicaStatus } from "@kubewarden-ts/api/policies";
import { policyLoaded, policyLoadUnknown, policyNotLoaded } from "./conditions.ts";
import type { ReplicaReport, ReportedPolicy } from "./replica-report.ts";

/** What all replicas together say of one policy. */
export type ReplicaFindings =
  /** some have not been heard yet */
  | { readonly kind: "awaited" }
  | {
      /**
       * - `loaded`: by all that tell
       * - `failed`: some replica rejects what it is asked, or does not know the policy
       * - `outdated`: some replica runs what the policy was before
       */
      readonly kind: "loaded" | "failed" | "outdated";
      readonly condition: Condition;
      readonly replicas: readonly ReplicaStatus[];
    };

export interface ReplicaFindingsOptions {
  readonly unique: string;
  readonly pods: readonly Pod[];
  readonly reportOf: (pod: Pod) => ReplicaReport;
  /** where pods reload policies, the digest of the file that they should have read; nothing where a rollout tells */
  readonly policiesDigest: string | undefined;
}

/** A `ReplicaStatus` but for the name of the pod, and what it comes to. */
interface Found {
  readonly state: string;
  readonly revision?: string;
  readonly error?: string;
  readonly outcome: "loaded" | "failed" | "outdated" | "untold";
}

export function replicaFindings({ pods, reportOf, ...wanted }: ReplicaFindingsOptions): ReplicaFindings {
  const found: (Found & { readonly pod: string })[] = [];
  for (const pod of pods.toSorted(byName)) {
    const report = reportOf(pod);
    if (report.kind === "awaited") return { kind: "awaited" };
    found.push({ pod: pod.metadata.name, ...foundIn(report, wanted) });
  }
  const replicas = found.map(({ outcome: _, ...status }) => status);
  const worst = (["failed", "outdated", "untold"] as const)
    .map((outcome) => found.find((each) => each.outcome === outcome))
    .find((each) => each !== undefined);
  if (worst === undefined) return { kind: "loaded", condition: policyLoaded, replicas };
  const problem = `${worst.pod}: ${worst.error}`;
  if (worst.outcome === "untold") {
    // without a rollout nothing says that such a replica has what it should have
    const kind = wanted.policiesDigest === undefined ? "loaded" : "outdated";
    return { kind, condition: policyLoadUnknown(problem), replicas };
  }
  return {
    kind: worst.outcome === "failed" ? "failed" : "outdated",
    condition: policyNotLoaded(problem),
    replicas,
  };
}

type Wanted = Pick<ReplicaFindingsOptions, "unique" | "policiesDigest">;

function foundIn(
  report: Exclude<ReplicaReport, { kind: "awaited" }>,
  { unique, policiesDigest: wanted }: Wanted,
): Found {
  if (report.kind === "untold") return { state: "unknown", error: report.problem, outcome: "untold" };
  const policy = report.policies.get(unique);
  const stale = wanted !== undefined && report.policiesDigest !== wanted;
  if (stale) return { ...told(policy), ...waiting(report.policiesDigest), outcome: "outdated" };
  if (policy === undefined) {
    return { state: "unknown", error: "does not know the policy", outcome: "failed" };
  }
  switch (policy.state) {
    case "active":
      return { ...told(policy), outcome: "loaded" };
    case "outdated":
      return { error: "runs what the policy was before", ...told(policy), outcome: "outdated" };
    default:
      return { error: `the policy is ${policy.state}`, ...told(policy), outcome: "failed" };
  }
}

function told(policy: ReportedPolicy | undefined): Omit<Found, "outcome"> {
  if (policy === undefined) return { state: "unknown" };
  const { state, revision, error } = policy;
  return { state, ...(revision !== undefined && { revision }), ...(error !== undefined && { error }) };
}

function waiting(told: string | undefined): { error: string } {
  if (told === undefined) return { error: "does not say which configuration it runs" };
  return { error: "has not read the latest configuration yet" };
}

function byName(a: Pod, b: Pod): number {
  return a.metadata.name < b.metadata.name ? -1 : 1;
}
