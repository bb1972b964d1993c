import type { Condition } from "@kubewarden-ts/api";
import { configVersionKey, type PolicyStatus } from "@kubewarden-ts/api/policies";
import { configurationOutdated, configurationUnknown, configurationUpToDate } from "./conditions.ts";
import type { ServerState } from "./server-state.ts";

/**
 * The mode that the configuration of the policy server has for the policy (controller.md 4.5). It says nothing while there is
 * no Deployment.
 */
export function observedMode(
  { deployment, configuration }: Pick<ServerState, "deployment" | "configuration">,
  unique: string,
): PolicyStatus["mode"] | undefined {
  if (deployment === undefined) return undefined;
  return configuration.policies?.get(unique)?.policyMode ?? "unknown";
}

/** Whether the Deployment is of the latest configuration (controller.md 4.5); nothing while there is none. */
export function configurationCondition({
  deployment,
  configMap,
}: Pick<ServerState, "deployment" | "configMap">): Condition[] {
  if (deployment === undefined) return [];
  const { name, annotations = {} } = deployment.metadata;
  const version = annotations[configVersionKey];
  if (version === undefined) return [configurationUnknown(name)];
  return [version === configMap?.metadata.resourceVersion ? configurationUpToDate : configurationOutdated];
}
