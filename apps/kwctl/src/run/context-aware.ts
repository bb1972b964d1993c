import type { Logger } from "@kubewarden-ts/base";
import type { PolicyModule } from "../policy-module.ts";
import { mapMembers, type PolicyDefinition } from "./policy-definition.ts";

/**
 * Settles which Kubernetes resources each module may read: none unless the user allows it, and says so when a policy
 * asks for some.
 */
export function grantResources(
  definition: PolicyDefinition,
  options: {
    readonly allowed: boolean;
    readonly modules: ReadonlyMap<string, PolicyModule>;
    readonly log: Logger;
  },
): PolicyDefinition {
  const { allowed, modules, log } = options;
  let denied = false;
  const granted = mapMembers(definition, ({ module, contextAwareResources }) => {
    const requested = modules.get(module)?.metadata?.contextAwareResources ?? [];
    const wanted = definition.contextAware === "metadata" ? requested : contextAwareResources;
    if (!allowed) denied ||= wanted.length > 0 || requested.length > 0;
    return { contextAwareResources: allowed ? wanted : [] };
  });
  if (denied) warn(log, definition.id);
  return granted;
}

function warn(log: Logger, policy: string): void {
  log.warn(
    "Policy requires access to Kubernetes resources at evaluation time. During this execution the access to Kubernetes resources is denied. This can cause the policy to not behave properly",
    { policy },
  );
  log.warn(
    "Carefully review which types of Kubernetes resources the policy needs via the 'inspect' command, then run the policy using the 'allow-context-aware' flag.",
    { policy },
  );
}
