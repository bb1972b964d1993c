import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  deployments,
  events,
  leases,
  mutatingWebhookConfigurations,
  podDisruptionBudgets,
  replicaSets,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { policyKinds, policyServers } from "@kubewarden-ts/api/policies";
import type { ApiResource, ResourcePlace } from "../resources/api-resource.ts";

/** The kind as discovery would describe it. */
export function fakeResource({ apiVersion, kind, plural, namespaced }: ResourcePlace): ApiResource {
  const parts = apiVersion.split("/");
  const [group = "", version = ""] = parts.length === 1 ? ["", apiVersion] : parts;
  return { apiVersion, kind, group, version, plural, namespaced };
}

/** What a controller of policies needs beyond what every fake has. */
export const controllerKinds: readonly ResourceType<KubernetesObject>[] = [
  deployments,
  replicaSets,
  podDisruptionBudgets,
  leases,
  events,
  validatingWebhookConfigurations,
  mutatingWebhookConfigurations,
  policyServers,
  ...policyKinds,
];

const withoutStatus = new Set([
  "ConfigMap",
  "Event",
  "Lease",
  "MutatingWebhookConfiguration",
  "Secret",
  "ValidatingWebhookConfiguration",
]);
/** Whether the status is written by itself, under `/status`. */
export function hasStatusSubresource({ kind }: ResourcePlace): boolean {
  return !withoutStatus.has(kind);
}

const withoutGeneration = new Set([
  ...["ConfigMap", "Event", "Lease", "Namespace", "Node", "Pod", "Secret", "Service"],
]);
export function hasGeneration({ kind }: ResourcePlace): boolean {
  return !withoutGeneration.has(kind);
}

/** Whether an object may be replaced without saying which version of it. */
export function takesUnconditionalUpdates({ apiVersion, kind }: ResourcePlace): boolean {
  return apiVersion === "v1" || (apiVersion === "apps/v1" && kind !== "ControllerRevision");
}
