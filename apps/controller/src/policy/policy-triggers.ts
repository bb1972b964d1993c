import { isDeepStrictEqual } from "node:util";
import type { KubernetesObject } from "@kubewarden-ts/api";
import type { Pod, WebhookConfiguration } from "@kubewarden-ts/api/core";
import {
  legacyWebhookLabel,
  type NamedPolicy,
  type Policy,
  type PolicyServer,
  partOfLabel,
  policyKinds,
  policyServerLabel,
  uniqueName,
} from "@kubewarden-ts/api/policies";
import type { Informer, ObjectChange } from "@kubewarden-ts/kube";
import { authoritySecretName } from "../certificates/ca-bundle.ts";
import { byPolicyServer, type ClusterView } from "../cluster-view.ts";
import { namesOfUniqueName, policiesOfUniqueName } from "./policies-of-unique-name.ts";
import type { PolicyContext } from "./policy-context.ts";
import { allPolicies, policyKey } from "./policy-key.ts";

/**
 * Has every policy looked at whenever something changes that its pass looks at; nothing is polled (controller.md 4.1, and
 * what upstream does not watch).
 * @param enqueue - takes keys for `reconcilePolicy`
 * @returns ends it
 */
export function policyTriggers(
  { view, replicaReports }: Pick<PolicyContext, "view" | "replicaReports">,
  enqueue: (key: string) => void,
): () => void {
  const all = (policies: Iterable<NamedPolicy>): void => {
    for (const policy of policies) enqueue(policyKey(policy));
  };
  const boundTo = (server: string | undefined): void => {
    if (server !== undefined) all(policiesBoundTo(view, server));
  };
  const labelled = (change: ObjectChange<KubernetesObject>): void => boundTo(serverLabel(change));
  const webhook = (change: ObjectChange<WebhookConfiguration>): void => {
    if (!isOfPolicy(change)) return;
    const unique = nameOf(change);
    const policies = policiesOfUniqueName(view, unique);
    // nobody answers for it any more, unless the view is behind
    all(policies.length > 0 ? policies : goneOfUniqueName(unique));
  };
  const endings = [
    ...policyKinds.map(({ kind }) => onPolicyChange(view.policies[kind], view, all)),
    view.policyServers.onChange(unlessEqual(serverFacts, (change) => boundTo(nameOf(change)))),
    view.configMaps.onChange(labelled),
    view.deployments.onChange(unlessEqual(ownFacts, labelled)),
    view.replicaSets.onChange(unlessEqual(ownFacts, labelled)),
    view.pods.onChange(unlessEqual(podFacts, labelled)),
    view.validatingWebhooks.onChange(webhook),
    view.mutatingWebhooks.onChange(webhook),
    view.secrets.onChange((change) => {
      if (nameOf(change) === authoritySecretName) all(allPolicies(view));
    }),
    replicaReports.onChange(boundTo),
  ];
  return () => {
    for (const end of endings) end();
  };
}

/** A policy that is gone leaves its unique name to another one. */
function onPolicyChange(
  informer: Pick<Informer<Policy>, "onChange">,
  view: ClusterView,
  all: (policies: Iterable<NamedPolicy>) => void,
): () => void {
  return informer.onChange(({ before, after }) => {
    if (after !== undefined) all([after]);
    else if (before !== undefined) all([before, ...policiesOfUniqueName(view, uniqueName(before))]);
  });
}

function policiesBoundTo(view: ClusterView, server: string): Policy[] {
  return policyKinds.flatMap(({ kind }): readonly Policy[] =>
    view.policies[kind].byIndex(byPolicyServer, server),
  );
}

/** Policies that would have this unique name. */
function goneOfUniqueName(unique: string): NamedPolicy[] {
  return namesOfUniqueName(unique).map(({ kind, name, namespace }) => ({
    kind,
    metadata: namespace === undefined ? { name } : { name, namespace },
  }));
}

function nameOf({ before, after }: ObjectChange<KubernetesObject>): string {
  return (after ?? before)?.metadata.name ?? "";
}

/** Also of what had the label before somebody took it off. */
function serverLabel({ before, after }: ObjectChange<KubernetesObject>): string | undefined {
  return after?.metadata.labels?.[policyServerLabel] ?? before?.metadata.labels?.[policyServerLabel];
}

/** By label, of today or of before 1.16; also without, when it is called as a policy's is: somebody may have emptied it. */
function isOfPolicy(change: ObjectChange<WebhookConfiguration>): boolean {
  const isLabelled = [change.before, change.after].some((each) => {
    const labels = each?.metadata.labels ?? {};
    return labels[partOfLabel] === "kubewarden" || labels[legacyWebhookLabel] === "true";
  });
  return isLabelled || /^(clusterwide|namespaced)-/.test(nameOf(change));
}

/** Leaves out changes of what no policy looks at. What did not change at all comes from a resync, and passes. */
function unlessEqual<T>(facts: (object: T) => unknown, next: (change: ObjectChange<T>) => void) {
  return (change: ObjectChange<T>): void => {
    const { before, after } = change;
    const both = before !== undefined && after !== undefined && before !== after;
    if (both && isDeepStrictEqual(facts(before), facts(after)) && !isDeepStrictEqual(before, after)) return;
    next(change);
  };
}

function ownFacts({ metadata: { labels, annotations, ownerReferences } }: KubernetesObject): unknown {
  return [labels, annotations, ownerReferences];
}

function serverFacts({ metadata: { annotations, deletionTimestamp }, spec }: PolicyServer): unknown {
  return [annotations, deletionTimestamp, spec];
}

function podFacts({ metadata: { labels, deletionTimestamp }, status }: Pod): unknown {
  const { phase, podIP, conditions = [], ...rest } = status ?? {};
  const ready = conditions.find(({ type }) => type === "Ready")?.status;
  return [labels, deletionTimestamp, phase, podIP, ready, rest["containerStatuses"]];
}
