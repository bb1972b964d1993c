import {
  configMaps,
  deployments,
  mutatingWebhookConfigurations,
  podDisruptionBudgets,
  secrets,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies, policyServers } from "@kubewarden-ts/api/policies";
import type { ObjectClient } from "@kubewarden-ts/kube";

const namespace = "kubewarden";

/**
 * All that the controller is to bring about, without what differs from run to run: times, identities, versions, names of
 * Pods, and the bytes of keys and certificates.
 */
export async function endState(objects: ObjectClient): Promise<Record<string, unknown>> {
  const within = { namespace };
  const found = [
    ...(await objects.list(clusterAdmissionPolicies)),
    ...(await objects.list(policyServers)),
    ...(await objects.list(validatingWebhookConfigurations)),
    ...(await objects.list(mutatingWebhookConfigurations)),
    ...(await objects.list(configMaps, within)),
    ...(await objects.list(deployments, within)),
    ...(await objects.list(podDisruptionBudgets, within)),
    ...(await objects.list(services, within)),
  ];
  const keys = (await objects.list(secrets, within)).map(({ metadata, data }) => [
    `Secret/${metadata.name}`,
    Object.keys(data ?? {}).sort(),
  ]);
  const stated = found.map((object) => [`${object.kind}/${object.metadata.name}`, normalized(object)]);
  return Object.fromEntries([...keys, ...stated]);
}

const volatile = new Set([
  "creationTimestamp",
  "lastTransitionTime",
  "lastUpdateTime",
  "generation",
  "observedGeneration",
  "resourceVersion",
  "uid",
  "caBundle",
  "managedFields",
  "replicas",
  "revision",
  "clusterIP",
  "clusterIPs",
  "kubewarden/config-version",
  "deployment.kubernetes.io/revision",
]);

/** `status` of a Deployment or budget is the work of others. */
function normalized(value: unknown, key = ""): unknown {
  if (Array.isArray(value)) return value.map((item) => normalized(item, key));
  if (typeof value === "string") return value.replaceAll(/policy-server-default-[0-9a-f]+-\w+/g, "<pod>");
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([name]) => !volatile.has(name));
  const isWorkload =
    key === "" && "kind" in value && ["Deployment", "PodDisruptionBudget"].includes(String(value.kind));
  return Object.fromEntries(
    entries
      .filter(([name]) => !(isWorkload && name === "status"))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, normalized(item, name)]),
  );
}
