import type { PodDisruptionBudget } from "@kubewarden-ts/api/core";
import {
  commonLabels,
  instanceLabel,
  type PolicyServer,
  partOfLabel,
  policyServerLabel,
} from "@kubewarden-ts/api/policies";
import { type OwnedObjectOptions, ownedName, systemLabels, withOwner } from "./owned-object.ts";

/**
 * How many replicas may be gone while nodes are drained (controller.md 3.4); `minAvailable` counts where both are set.
 * @returns `undefined` when neither is set: then there is to be none
 */
export function desiredPodDisruptionBudget(
  server: PolicyServer,
  { config, current }: OwnedObjectOptions<PodDisruptionBudget>,
): PodDisruptionBudget | undefined {
  const { minAvailable, maxUnavailable } = server.spec;
  if (minAvailable === undefined && maxUnavailable === undefined) return undefined;
  const {
    [instanceLabel]: instance,
    [partOfLabel]: partOf,
    [policyServerLabel]: name,
  } = systemLabels(server);
  return {
    apiVersion: "policy/v1",
    kind: "PodDisruptionBudget",
    metadata: {
      ...ownedName(server, config),
      labels: { ...current?.metadata.labels, ...commonLabels(server.metadata.name) },
      ownerReferences: withOwner(current, server),
    },
    spec: {
      ...(minAvailable === undefined ? { maxUnavailable: maxUnavailable! } : { minAvailable }),
      selector: {
        matchLabels: { [instanceLabel]: instance, [partOfLabel]: partOf, [policyServerLabel]: name },
      },
    },
  };
}
