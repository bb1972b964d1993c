import { errorText, mapConcurrent } from "@kubewarden-ts/base";
import type { PolicySet } from "../selection/select-policies.ts";
import type { KeptReportsLog } from "./kept-reports.ts";
import type { ScannedNamespace } from "./namespaces.ts";
import type { ScanContext } from "./scan-context.ts";
import { planScan, type ScanPlan } from "./scan-plan.ts";
import { scanScopes } from "./scan-scopes.ts";

/** Namespaces whose old reports are looked for or removed at once. */
const scopesAtOnce = 16;

/**
 * Audits what is in some namespaces.
 * @param options.limit - objects at once
 * @returns what must keep its reports; old ones are still there
 * @throws {KubeError} when policies cannot be listed; the reason of the signal
 */
export async function scanNamespaces(
  context: ScanContext,
  namespaces: readonly ScannedNamespace[],
  {
    limit,
    signal,
    policies,
  }: { readonly limit: number; readonly signal: AbortSignal; readonly policies: PolicySet },
): Promise<KeptReportsLog> {
  const { sink } = context;
  const plan = planScan(
    policies,
    new Map(namespaces.map(({ name, labels }) => [name, { kind: "namespace", name, labels }])),
  );
  for (const { name } of namespaces) logCounts(context, name, plan);
  await mapConcurrent(namespaces, scopesAtOnce, ({ name }) => sink.open(name, signal));
  return scanScopes(context, plan, { limit, signal });
}

/** Removes old reports of namespaces that were scanned. */
export async function closeNamespaces(
  { sink, log }: ScanContext,
  namespaces: readonly ScannedNamespace[],
  { kept, signal }: { readonly kept: KeptReportsLog; readonly signal: AbortSignal },
): Promise<void> {
  await mapConcurrent(namespaces, scopesAtOnce, async ({ name }) => {
    signal.throwIfAborted();
    await sink.close(name, kept.in(name), signal);
  });
  log.info("Namespaced resources scan finished", { namespaces: namespaces.length });
}

function logCounts({ log, options, runUid }: ScanContext, namespace: string, { selections }: ScanPlan): void {
  const selection = selections.get(namespace);
  const { parallelResources } = options;
  log.info("namespace scan started", {
    namespace,
    RunUID: runUid,
    "parallel-resources-audits": parallelResources,
  });
  log.info("policy count", {
    namespace,
    "policies-to-evaluate": selection?.evaluated,
    "policies-skipped": selection?.skipped,
    "policies-errored": selection?.errored,
  });
}

/** Policies whose `namespaceSelector` nobody can read: the run fails for them, when all else was scanned (1.4). */
export function selectorProblems({ policies }: PolicySet): readonly string[] {
  return policies.flatMap(({ uniqueName, invalidNamespaceSelector }) =>
    invalidNamespaceSelector === undefined
      ? []
      : `policy ${uniqueName} has an invalid namespaceSelector: ${invalidNamespaceSelector}`,
  );
}

/** The policies for namespaced objects: cluster-wide ones first. @throws {KubeError} */
export async function namespacePolicies(
  { catalog }: ScanContext,
  namespace: string | undefined,
  signal: AbortSignal,
): Promise<PolicySet> {
  const [clusterwide, namespaced] = await Promise.all([
    catalog.clusterwide(signal),
    catalog.namespaced(namespace, signal),
  ]);
  return {
    policies: [...clusterwide.policies, ...namespaced.policies],
    unreadable: [...clusterwide.unreadable, ...namespaced.unreadable],
  };
}

/** @example "failed to get namespace web: namespaces \"web\" not found" */
export function namespaceProblem(name: string, error: unknown): string {
  return `failed to get namespace ${name}: ${errorText(error)}`;
}
