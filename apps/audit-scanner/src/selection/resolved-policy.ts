import { type LabelSelector, LabelSelectorError, readLabelSelector } from "@kubewarden-ts/api";
import { isClusterwide, type Policy, uniqueName } from "@kubewarden-ts/api/policies";
import { errorText } from "@kubewarden-ts/base";
import { isKubeError } from "@kubewarden-ts/kube";
import type {
  AuditablePolicy,
  AuditedResource,
  LeftOutPolicy,
  PolicyServerAddress,
} from "../auditable-policy.ts";
import type { ServerObjects } from "./policy-inventory.ts";
import { type RuleOptions, type RuleResources, ruleResources } from "./rule-resources.ts";
import type { ServedResources } from "./served-resources.ts";
import { type ServerAddressOptions, serverAddress } from "./server-address.ts";

/** Why a policy is not asked, and on which counter that goes. */
export interface LeftOutReason extends Omit<LeftOutPolicy, "uniqueName"> {
  /** of the log line (audit-and-reports.md 2.12) */
  readonly logMessage: string;
}

/** A policy with all that holds in every scope. */
export interface ResolvedPolicy {
  readonly policy: Policy;
  readonly uniqueName: string;
  /** of the cluster-wide kinds; matches all for the others */
  readonly namespaceSelector: LabelSelector;
  /** counted in every scope, whatever the policy is about (2.4, steps 1 to 3) */
  readonly unusable?: LeftOutReason;
  /** what it is about, when it is usable */
  readonly resources: readonly AuditedResource[];
  /** counted in scopes that have some of `resources` (2.4, steps 5 to 7) */
  readonly leftOut?: LeftOutReason;
  /** there when nothing of the above speaks against it */
  readonly auditable?: AuditablePolicy;
  /** parts of the rules that are not audited although the policy is */
  readonly notes: readonly string[];
  /** a `namespaceSelector` that nobody can read: the run fails in the end (1.4) */
  readonly invalidNamespaceSelector?: string;
}

export interface ResolveDeps {
  readonly served: ServedResources;
  /** or why they are not known */
  readonly servers: ServerObjects | { readonly problem: string };
  readonly options: RuleOptions & ServerAddressOptions;
}

/** Looks into a policy: what it is about, and whether it can be asked (audit-and-reports.md 2.4). */
export async function resolvePolicy(policy: Policy, deps: ResolveDeps): Promise<ResolvedPolicy> {
  const selectors = readSelectors(policy);
  const base = {
    policy,
    uniqueName: uniqueName(policy),
    namespaceSelector: selectors.namespace,
    notes: [],
    resources: [],
    ...(selectors.problem?.field === "namespaceSelector" && {
      invalidNamespaceSelector: selectors.problem.text,
    }),
  };
  const matched = await matchedRules(policy, deps);
  const unusable = "counted" in matched ? matched : unusableReason(policy, matched, deps.options);
  if ("counted" in matched || unusable !== undefined) return { ...base, ...(unusable && { unusable }) };
  const known = { ...base, resources: matched.resources, notes: notesOf(matched) };
  const leftOut = inactiveReason(policy) ?? selectorReason(selectors);
  if (leftOut !== undefined) return { ...known, leftOut };
  const server = addressOf(policy, deps);
  if ("counted" in server) return { ...known, leftOut: server };
  const hasMatchConditions = (policy.spec.matchConditions ?? []).length > 0;
  const { uniqueName: name, resources } = known;
  const auditable = { policy, uniqueName: name, server, objectSelector: selectors.object, resources };
  return { ...known, auditable: { ...auditable, hasMatchConditions } };
}

const unknownResource =
  "failed to obtain unknown GroupVersion resources. The policy may be misconfigured, skipping as error...";
const unknownServer = "failed to obtain matching policy-server URL, skipping as error...";

async function matchedRules(
  { spec }: Policy,
  { served, options }: ResolveDeps,
): Promise<RuleResources | LeftOutReason> {
  try {
    return await ruleResources(spec.rules, served, options);
  } catch (error) {
    if (!isKubeError(error) || error.code === "KUBE_ABORTED") throw error;
    const reason = `the API server cannot be asked for the resources of its rules: ${errorText(error)}`;
    return { counted: "errored", reason, logMessage: unknownResource };
  }
}

function unusableReason(
  { spec: { rules } }: Policy,
  { resources, unknown, outOfScope, dropped }: RuleResources,
  { allOperations }: RuleOptions,
): LeftOutReason | undefined {
  if (dropped.wildcard === rules.length) {
    return {
      counted: "skipped",
      reason: 'all its rules have "*": name groups, versions and resources, or set --expand-wildcards',
      logMessage: "the policy targets only wildcard resources, skipping...",
    };
  }
  if (dropped.wildcard + dropped.operations === rules.length) {
    const update = allOperations ? " or UPDATE" : "";
    return {
      counted: "skipped",
      reason: `no rule is about the operation CREATE${update}: only that can be audited`,
      logMessage: "the policy does not have rules with a CREATE operation, skipping...",
    };
  }
  if (resources.length > 0 || outOfScope > 0) return undefined;
  const reason = `the API server serves no kind of objects that its rules name: ${unknown.join(", ") || "none at all"}`;
  return { counted: "errored", reason, logMessage: unknownResource };
}

function inactiveReason({ spec, status }: Policy): LeftOutReason | undefined {
  if (!spec.backgroundAudit) {
    const logMessage = "the policy has backgroundAudit set to false, skipping...";
    return { counted: "skipped", reason: "spec.backgroundAudit is false", logMessage };
  }
  const state = status?.policyStatus ?? "not set";
  if (state === "active") return undefined;
  const logMessage = "the policy is not active, skipping...";
  return { counted: "skipped", reason: `it is not active: status.policyStatus is ${state}`, logMessage };
}

function selectorReason({ problem }: Selectors): LeftOutReason | undefined {
  if (problem === undefined) return undefined;
  const reason = `spec.${problem.field} is no label selector: ${problem.text}`;
  return { counted: "errored", reason, logMessage: "error matching policy to resource" };
}

function addressOf({ spec }: Policy, { servers, options }: ResolveDeps): PolicyServerAddress | LeftOutReason {
  const unknown = (reason: string): LeftOutReason => ({
    ...{ counted: "errored", reason, logMessage: unknownServer },
  });
  if ("problem" in servers) return unknown(servers.problem);
  const found = serverAddress(spec.policyServer, servers, options);
  return found.kind === "found" ? found.address : unknown(found.reason);
}

function notesOf({ unknown, dropped }: RuleResources): readonly string[] {
  const notes = unknown.map((name) => `the API server does not serve ${name}`);
  if (dropped.wildcard > 0) notes.push('rules with "*" are left out: see --expand-wildcards');
  return notes;
}

interface Selectors {
  readonly namespace: LabelSelector;
  readonly object: LabelSelector;
  /** what such a selector selects, nobody knows: the policy is not asked, and counted as an error */
  readonly problem?: { readonly field: string; readonly text: string };
}

function readSelectors(policy: Policy): Selectors {
  const namespaceSelector = isClusterwide(policy) ? policy.spec.namespaceSelector : undefined;
  let field = "namespaceSelector";
  try {
    const namespace = readLabelSelector(namespaceSelector ?? {});
    field = "objectSelector";
    return { namespace, object: readLabelSelector(policy.spec.objectSelector ?? {}) };
  } catch (error) {
    if (!(error instanceof LabelSelectorError)) throw error;
    return { object: [], namespace: [], problem: { field, text: error.message } };
  }
}
