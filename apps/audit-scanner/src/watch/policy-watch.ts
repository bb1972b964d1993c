import { defineResource, type KubernetesObject, type ResourceType } from "@kubewarden-ts/api";
import { services } from "@kubewarden-ts/api/core";
import {
  admissionPolicies,
  admissionPolicyGroups,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
  instanceLabel,
  policyServers,
} from "@kubewarden-ts/api/policies";
import type { Clock, Logger } from "@kubewarden-ts/base";
import { createInformer, type Informer, type InformerOptions, type KubeClient } from "@kubewarden-ts/kube";
import { withName } from "../scan/questions-about.ts";
import { endpointSlices } from "../selection/endpoint-slice.ts";
import { onNewVersion } from "./on-new-version.ts";

const namespaces = defineResource(
  { apiVersion: "v1", kind: "Namespace", plural: "namespaces", namespaced: false },
  {},
);

export interface PolicyWatchDeps {
  readonly client: KubeClient;
  /** where the Services of the policy servers are */
  readonly kubewardenNamespace: string;
  /** Policies or policy servers changed: objects may be judged in another way. */
  readonly onPolicies: () => void;
  /** A namespace is new, or has other labels: other policies may be about what is in it. */
  readonly onNamespace: (name: string) => void;
  /** Policy servers are reached in another way; what they say stays. */
  readonly onAddresses: () => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A watch of what decides which policies are asked, and where. */
export interface PolicyWatch extends AsyncDisposable {
  /** Labels of a namespace by which policies select, its name among them; `undefined` for one that is not known. */
  labelsOf(namespace: string): Readonly<Record<string, string>> | undefined;
  /** whether changes of Services are seen; those of EndpointSlices need not be: without them the Service is asked */
  readonly seesAddresses: boolean;
}

/** Watches policies, policy servers and namespaces. Resolves when all were listed; Services are not waited for. */
export async function watchPolicies(deps: PolicyWatchDeps, signal: AbortSignal): Promise<PolicyWatch> {
  await using stack = new AsyncDisposableStack();
  const { client, clock, log, kubewardenNamespace: namespace } = deps;
  const follow = <T extends KubernetesObject>(
    type: ResourceType<T>,
    options: Partial<InformerOptions<T>> = {},
  ): Informer<T> => stack.use(createInformer<T>(client, type, { clock, log, ...options }));

  const policyKinds = [
    follow(clusterAdmissionPolicies),
    follow(clusterAdmissionPolicyGroups),
    follow(admissionPolicies),
    follow(admissionPolicyGroups),
  ] as readonly Informer<KubernetesObject>[];
  const servers = follow(policyServers) as Informer<KubernetesObject>;
  const spaces = follow(namespaces);
  const addresses = follow(services, { namespace, labelSelector: instanceLabel });
  const endpoints = follow(endpointSlices, { namespace });

  for (const informer of policyKinds) onNewVersion(informer, () => deps.onPolicies());
  onNewVersion(servers, ({ before, after }) => {
    // its status follows its Deployment and changes nothing here
    if (before?.metadata.generation !== after?.metadata.generation) deps.onPolicies();
  });
  onNewVersion(spaces, ({ before, after }) => {
    if (after === undefined) return;
    const labels = [before, after].map((each) => JSON.stringify(each?.metadata.labels ?? {}));
    if (before === undefined || labels[0] !== labels[1]) deps.onNamespace(after.metadata.name);
  });
  onNewVersion(addresses, () => deps.onAddresses());
  onNewVersion(endpoints, () => deps.onAddresses());
  const waitedFor: readonly Pick<Informer<KubernetesObject>, "whenSynced">[] = [
    ...policyKinds,
    servers,
    spaces,
  ];
  await Promise.all(waitedFor.map((informer) => informer.whenSynced({ signal })));

  const owned = stack.move();
  return {
    labelsOf(name) {
      const found = spaces.get({ name });
      return found && withName(name, found.metadata.labels ?? {});
    },
    get seesAddresses() {
      return addresses.synced;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
