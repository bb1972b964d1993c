import { isClusterwide, isGroup, isNamespaced, type Policy } from "@kubewarden-ts/api/policies";
import type { Verdict } from "../verdict.ts";
import { limitedMessage } from "./limited-message.ts";
import { type ReportResult, type Severity, severities } from "./report.ts";

const categoryAnnotation = "io.kubewarden.policy.category";
export const severityAnnotation = "io.kubewarden.policy.severity";

/** Properties that a later run reads, see `stored-result.ts`. */
export const property = {
  operation: "operation",
  revision: "policy-revision",
  reads: "reads",
  failedMembers: "failed-members",
  mutationPending: "mutation-pending",
} as const;

/** Longest record of what a verdict depends on, in characters; with more, the policy is asked again each time. */
const maxReadsLength = 4096;

/**
 * One result of a report (audit-and-reports.md 4.3).
 * @param options.incremental - what a later run needs is kept too: revision of the policy, data that it read
 */
export function buildResult(verdict: Verdict, { incremental }: { incremental: boolean }): ReportResult {
  const { policy, uniqueName } = verdict.policy;
  const category = policy.metadata.annotations?.[categoryAnnotation];
  const severity = severityOf(policy);
  const message = limitedMessage(verdict.message);
  return {
    source: "kubewarden",
    policy: uniqueName,
    ...(category && { category }),
    ...(severity.kind === "known" && { severity: severity.severity }),
    result: verdict.result,
    scored: true,
    timestamp: { seconds: Math.floor(verdict.atMs / 1000), nanos: 0 },
    resourceSelector: {},
    ...(message && { message }),
    properties: {
      ...policyProperties(verdict),
      ...verdictProperties(verdict),
      ...(incremental && stateProperties(verdict)),
    },
  };
}

type PolicySeverity =
  | { readonly kind: "known"; readonly severity: Severity }
  | { readonly kind: "none" }
  /** the API server would refuse the whole report */
  | { readonly kind: "unknown"; readonly text: string };

/** How grave it is to fail the policy; one that only monitors is `info`. */
export function severityOf({ metadata, spec }: Policy): PolicySeverity {
  if (spec.mode === "monitor") return { kind: "known", severity: "info" };
  const text = metadata.annotations?.[severityAnnotation];
  if (!text) return { kind: "none" };
  const severity = severities.find((each) => each === text);
  return severity === undefined ? { kind: "unknown", text } : { kind: "known", severity };
}

function policyProperties({ policy: { policy, server } }: Verdict): Record<string, string> {
  const { name, namespace, uid, resourceVersion } = policy.metadata;
  return {
    [isMutating(policy) ? "mutating" : "validating"]: "true",
    ...(isContextAware(policy) && { "context-aware": "true" }),
    ...(resourceVersion && { "policy-resource-version": resourceVersion }),
    ...(uid && { "policy-uid": uid }),
    "policy-name": name,
    ...(isNamespaced(policy) && namespace && { "policy-namespace": namespace }),
    "policy-kind": policy.kind,
    "policy-mode": policy.spec.mode,
    "policy-server": server.name,
  };
}

function isMutating(policy: Policy): boolean {
  return !isGroup(policy) && policy.spec.mutating;
}

/** Whether it may read from the cluster: only what is cluster-wide can say so. */
function isContextAware(policy: Policy): boolean {
  if (!isClusterwide(policy)) return false;
  const members = isGroup(policy) ? Object.values(policy.spec.policies) : [policy.spec];
  return members.some(({ contextAwareResources = [] }) => contextAwareResources.length > 0);
}

function verdictProperties({ policy, operation, failedMembers, mutationPending }: Verdict) {
  const failed = Object.keys(failedMembers ?? {});
  return {
    ...(operation !== "CREATE" && { [property.operation]: operation }),
    ...(failed.length > 0 && { [property.failedMembers]: failed.join() }),
    ...(mutationPending && { [property.mutationPending]: "true" }),
    ...(policy.hasMatchConditions && { "match-conditions": "not-evaluated" }),
  };
}

function stateProperties({ revision, reads }: Verdict): Record<string, string> {
  if (revision === undefined) return {};
  const known = reads && JSON.stringify(reads);
  return {
    [property.revision]: revision,
    ...(known !== undefined && known.length <= maxReadsLength && { [property.reads]: known }),
  };
}
