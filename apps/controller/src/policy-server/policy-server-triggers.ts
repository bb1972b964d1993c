import { isBeingDeleted, type KubernetesObject } from "@kubewarden-ts/api";
import type { Pod, WebhookConfiguration } from "@kubewarden-ts/api/core";
import {
  type Policy,
  policyKinds,
  policyServerLabel,
  policyServerObjectName,
} from "@kubewarden-ts/api/policies";
import type { Informer, ObjectChange } from "@kubewarden-ts/kube";
import { authoritySecretName } from "../certificates/ca-bundle.ts";
import type { ControllerContext } from "../context.ts";
import { podProblem } from "../policy/pod-readiness.ts";

/**
 * Has every PolicyServer looked at whenever something changes that its pass looks at: itself, its policies, what it owns
 * (which upstream does not watch), its Pods, the certificate authorities, and while it is being deleted the webhook
 * configurations that hold it (controller.md 3.1).
 * @param enqueue - takes names for `reconcilePolicyServer`
 * @returns ends it
 */
export function policyServerTriggers(
  { view, config }: Pick<ControllerContext, "view" | "config">,
  enqueue: (name: string) => void,
): () => void {
  const all = (): void => {
    for (const { metadata } of view.policyServers.list()) enqueue(metadata.name);
  };
  const owned = (change: ObjectChange<KubernetesObject>): void => {
    const name = ownerName(change);
    if (name !== undefined) enqueue(name);
  };
  const ownedOrNamed =
    (name: string | undefined) =>
    (change: ObjectChange<KubernetesObject>): void => {
      if (objectOf(change)?.metadata.name === name) all();
      else owned(change);
    };
  const webhook = (change: ObjectChange<WebhookConfiguration>): void => {
    if (change.after !== undefined) return;
    for (const server of view.policyServers.list()) if (isBeingDeleted(server)) enqueue(server.metadata.name);
  };
  const endings = [
    view.policyServers.onChange((change) => enqueue(objectOf(change)?.metadata.name ?? "")),
    ...policyKinds.map(({ kind }) => onPolicyChange(view.policies[kind], enqueue)),
    view.secrets.onChange(ownedOrNamed(authoritySecretName)),
    view.configMaps.onChange(ownedOrNamed(config.clientCaConfigMapName)),
    view.deployments.onChange(owned),
    view.services.onChange(owned),
    view.podDisruptionBudgets.onChange(owned),
    view.pods.onChange((change) => onPodChange(change, enqueue)),
    view.validatingWebhooks.onChange(webhook),
    view.mutatingWebhooks.onChange(webhook),
  ];
  return () => {
    for (const end of endings) end();
  };
}

function objectOf<T>({ before, after }: ObjectChange<T>): T | undefined {
  return after ?? before;
}

/** All that a PolicyServer owns is called alike (controller.md 1.7); it has no other owner to tell. */
function ownerName(change: ObjectChange<KubernetesObject>): string | undefined {
  const prefix = policyServerObjectName("");
  const name = objectOf(change)?.metadata.name ?? "";
  return name.startsWith(prefix) ? name.slice(prefix.length) : undefined;
}

/** Of both policy servers, when a policy went from one to the other. */
function onPolicyChange(
  informer: Pick<Informer<Policy>, "onChange">,
  enqueue: (name: string) => void,
): () => void {
  return informer.onChange(({ before, after }) => {
    if (before !== undefined && after !== undefined && isOnlyStatus(before, after)) return;
    for (const policy of [before, after]) if (policy !== undefined) enqueue(policy.spec.policyServer);
  });
}

/** The generation counts changes of the spec, and the deletion. What did not change at all comes from a resync. */
function isOnlyStatus({ metadata: before }: Policy, { metadata: after }: Policy): boolean {
  const isSame = before.uid === after.uid && before.generation === after.generation;
  return isSame && before.resourceVersion !== after.resourceVersion;
}

function onPodChange({ before, after }: ObjectChange<Pod>, enqueue: (name: string) => void): void {
  const name = (after ?? before)?.metadata.labels?.[policyServerLabel];
  if (name === undefined) return;
  if (before !== undefined && after !== undefined && podProblem(before) === podProblem(after)) return;
  enqueue(name);
}
