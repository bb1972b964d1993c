import type { Service } from "@kubewarden-ts/api/core";
import { services } from "@kubewarden-ts/api/core";
import {
  admissionPolicies,
  admissionPolicyGroups,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
  instanceLabel,
  type Policy,
  type PolicyServer,
  policyServers,
} from "@kubewarden-ts/api/policies";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import { type EndpointSlice, endpointSlices } from "./endpoint-slice.ts";
import { type ListedKind, listKind } from "./list-kind.ts";

/** What policy servers there are, and where. */
export interface ServerObjects {
  readonly policyServers: readonly PolicyServer[];
  /** of the policy servers' namespace, with an instance label */
  readonly services: readonly Service[];
  readonly endpointSlices: readonly EndpointSlice[];
}

/** Policies and policy servers as they were when a run first asked: each kind is listed once (behaviour 42). */
export interface PolicyInventory {
  /** The cluster-wide kinds: first policies, then groups. @throws {KubeError} */
  clusterwide(signal: AbortSignal): Promise<ListedKind<Policy>>;
  /** The namespaced kinds, of all namespaces or of one. @throws {KubeError} */
  namespaced(namespace: string | undefined, signal: AbortSignal): Promise<ListedKind<Policy>>;
  /** @throws {KubeError} */
  servers(signal: AbortSignal): Promise<ServerObjects>;
}

export interface PolicyInventoryDeps {
  readonly client: KubeClient;
  readonly options: { readonly kubewardenNamespace: string };
  readonly log: Logger;
}

export function createPolicyInventory(deps: PolicyInventoryDeps): PolicyInventory {
  const { client } = deps;
  const known = new Map<string, Promise<unknown>>();
  const once = <T>(key: string, read: () => Promise<T>): Promise<T> =>
    known.getOrInsertComputed(key, read) as Promise<T>;
  return {
    clusterwide: (signal) =>
      once("clusterwide", async () =>
        joined(
          await Promise.all([
            listKind(client, clusterAdmissionPolicies, { signal }),
            listKind(client, clusterAdmissionPolicyGroups, { signal }),
          ]),
        ),
      ),
    namespaced: (namespace, signal) =>
      once(`namespaced ${namespace ?? ""}`, async () =>
        joined(
          await Promise.all([
            listKind(client, admissionPolicies, { namespace, signal }),
            listKind(client, admissionPolicyGroups, { namespace, signal }),
          ]),
        ),
      ),
    servers: (signal) => once("servers", () => readServers(deps, signal)),
  };
}

function joined(lists: readonly ListedKind<Policy>[]): ListedKind<Policy> {
  return {
    objects: lists.flatMap(({ objects }) => objects),
    unreadable: lists.flatMap(({ unreadable }) => unreadable),
  };
}

async function readServers(
  { client, options, log }: PolicyInventoryDeps,
  signal: AbortSignal,
): Promise<ServerObjects> {
  const namespace = options.kubewardenNamespace;
  const [servers, addresses, slices] = await Promise.all([
    listKind(client, policyServers, { signal }),
    listKind(client, services, { namespace, labelSelector: instanceLabel, signal }),
    listKind(client, endpointSlices, { namespace, signal }).catch((error: unknown) => {
      // They spread the load; without them the Service does.
      if (!isKubeError(error) || error.code === "KUBE_ABORTED") throw error;
      log.debug("endpoints of the policy servers are not known", { error: errorText(error) });
      return { objects: [] };
    }),
  ]);
  return {
    policyServers: servers.objects,
    services: addresses.objects,
    endpointSlices: slices.objects,
  };
}
