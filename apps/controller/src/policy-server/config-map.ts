import type { ConfigMap } from "@kubewarden-ts/api/core";
import { type Policy, type PolicyServer, policyServerLabel } from "@kubewarden-ts/api/policies";
import { type OwnedObjectOptions, ownedName, withOwner } from "./owned-object.ts";
import { policiesJson } from "./policies-json.ts";
import { sourcesJson } from "./sources-json.ts";

/** Keys of the ConfigMap. */
export const policiesKey = "policies.yml";
export const sourcesKey = "sources.yml";

/** The policies of a policy server, and where they may come from (controller.md 3.3). */
export function desiredConfigMap(
  server: PolicyServer,
  { policies, config, current }: OwnedObjectOptions<ConfigMap> & { readonly policies: readonly Policy[] },
): ConfigMap {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: {
      ...ownedName(server, config),
      labels: { [policyServerLabel]: server.metadata.name },
      ownerReferences: withOwner(current, server),
    },
    data: { [policiesKey]: policiesJson(policies, server), [sourcesKey]: sourcesJson(server) },
  };
}
