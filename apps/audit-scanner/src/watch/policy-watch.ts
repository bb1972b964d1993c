import { defineResource, type KubernetesObject, type ResourceType } from "@kubewarden-ts/api";
import {
  admissionPolicies,
  admissionPolicyGroups,
  clusterAdmissionPolicies,
  clusterAdmissionPolicyGroups,
  policyServers,
} from "@kubewarden-ts/api/policies";
import type { Clock, Logger } from "@kubewarden-ts/base";
import { createInformer, type Informer, type KubeClient } from "@kubewarden-ts/kube";
import type { DirtyScopes } from "./dirty-scopes.ts";
import { onNewVersion } from "./on-new-version.ts";

const namespaces = defineResource(
  { apiVersion: "v1", kind: "Namespace", plural: "namespaces", namespaced: false },
  {},
);

export interface PolicyWatchDeps {
  readonly client: KubeClient;
  readonly dirty: DirtyScopes;
  readonly clock: Clock;
  readonly log: Logger;
}

/**
 * Watches what decides which policies are asked: policies and policy servers, after whose changes everything is looked at
 * anew, and labels of namespaces. Resolves when all were listed.
 */
export async function watchPolicies(deps: PolicyWatchDeps, signal: AbortSignal): Promise<AsyncDisposable> {
  const { dirty } = deps;
  await using stack = new AsyncDisposableStack();
  const follow = <T extends KubernetesObject>(type: ResourceType<T>): Informer<T> =>
    stack.use(createInformer<T>(deps.client, type, deps));
  const policyKinds = [
    follow(clusterAdmissionPolicies),
    follow(clusterAdmissionPolicyGroups),
    follow(admissionPolicies),
    follow(admissionPolicyGroups),
  ] as readonly Informer<KubernetesObject>[];
  const servers = follow(policyServers) as Informer<KubernetesObject>;
  const spaces = follow(namespaces);
  for (const informer of policyKinds) onNewVersion(informer, () => dirty.markAll());
  onNewVersion(servers, ({ before, after }) => {
    // its status follows its Deployment and changes nothing here
    if (before?.metadata.generation !== after?.metadata.generation) dirty.markAll();
  });
  onNewVersion(spaces, ({ before, after }) => {
    if (after === undefined) return;
    const labels = [before, after].map((each) => JSON.stringify(each?.metadata.labels));
    if (labels[0] !== labels[1]) dirty.mark(after.metadata.name);
  });
  const all: readonly { whenSynced: Informer<KubernetesObject>["whenSynced"] }[] = [
    ...policyKinds,
    servers,
    spaces,
  ];
  await Promise.all(all.map((informer) => informer.whenSynced({ signal })));
  return stack.move();
}
