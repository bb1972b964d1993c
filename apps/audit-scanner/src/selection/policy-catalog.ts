import { uniqueName } from "@kubewarden-ts/api/policies";
import { errorText, type Logger, mapConcurrent } from "@kubewarden-ts/base";
import { type Discovery, isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import type { ListedKind } from "./list-kind.ts";
import { createPolicyInventory, type PolicyInventory, type ServerObjects } from "./policy-inventory.ts";
import { type ResolvedPolicy, resolvePolicy } from "./resolved-policy.ts";
import type { RuleOptions } from "./rule-resources.ts";
import type { PolicySet } from "./select-policies.ts";
import { createServedResources } from "./served-resources.ts";
import type { ServerAddressOptions } from "./server-address.ts";

/** The policies of a run, read and looked into once: calls do not grow with namespaces (behaviour 42). */
export interface PolicyCatalog {
  /** First policies, then groups. @throws {KubeError} when they cannot be listed */
  clusterwide(signal: AbortSignal): Promise<PolicySet>;
  /** Of all namespaces, or of one. @throws {KubeError} when they cannot be listed */
  namespaced(namespace: string | undefined, signal: AbortSignal): Promise<PolicySet>;
}

export interface PolicyCatalogDeps {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly options: RuleOptions & ServerAddressOptions;
  readonly log: Logger;
}

export function createPolicyCatalog(deps: PolicyCatalogDeps): PolicyCatalog {
  const inventory = createPolicyInventory(deps);
  const known = new Map<string, Promise<PolicySet>>();
  const resolved = async (
    list: Promise<ListedKind<Parameters<typeof resolvePolicy>[0]>>,
    signal: AbortSignal,
  ) => resolveAll(await list, { ...deps, inventory }, signal);
  return {
    clusterwide: (signal) =>
      known.getOrInsertComputed("clusterwide", () => resolved(inventory.clusterwide(signal), signal)),
    namespaced: (namespace, signal) =>
      known.getOrInsertComputed(`namespaced ${namespace ?? ""}`, () =>
        resolved(inventory.namespaced(namespace, signal), signal),
      ),
  };
}

async function resolveAll(
  { objects, unreadable }: Awaited<ReturnType<PolicyInventory["clusterwide"]>>,
  { inventory, ...deps }: PolicyCatalogDeps & { readonly inventory: PolicyInventory },
  signal: AbortSignal,
): Promise<PolicySet> {
  const served = createServedResources(deps, signal);
  const servers: ServerObjects | { problem: string } =
    objects.length === 0
      ? { policyServers: [], services: [], endpointSlices: [] }
      : await inventory.servers(signal).catch((error: unknown) => {
          if (!isKubeError(error) || error.code === "KUBE_ABORTED") throw error;
          return { problem: `the policy servers cannot be listed: ${errorText(error)}` };
        });
  const policies = await mapConcurrent(objects, 8, (policy) =>
    resolvePolicy(policy, { served, servers, options: deps.options }),
  );
  for (const policy of policies) logResolved(policy, deps.log);
  for (const { kind, problem, ...metadata } of unreadable) {
    const policy = uniqueName({ kind, metadata });
    deps.log.error("policy cannot be read, skipping as error...", { policy, error: problem });
  }
  return { policies, unreadable };
}

/** Tells once in a run why a policy is not audited, or not in full. */
function logResolved({ uniqueName: policy, unusable, leftOut, notes }: ResolvedPolicy, log: Logger): void {
  const reason = unusable ?? leftOut;
  if (reason?.counted === "errored") log.error(reason.logMessage, { policy, error: reason.reason });
  if (reason?.counted === "skipped") {
    log.debug(reason.logMessage, { policy });
    log.info("policy is not audited", { policy, reason: reason.reason });
  }
  if (reason === undefined && notes.length > 0) {
    log.info("policy is audited in part", { policy, "left-out": notes });
  }
}
