import type { KubernetesObject } from "@kubewarden-ts/api";
import { policyKinds } from "@kubewarden-ts/api/policies";
import type { Informer, ObjectChange, ObjectName } from "@kubewarden-ts/kube";
import type { ClusterView } from "../cluster-view.ts";
import { managedByDefaults, managedByDefaultsLabel } from "./reconcile-defaults.ts";

/**
 * Asks for a pass over the defaults at the start, when their ConfigMap changes, and when an object that came from there is
 * changed or deleted.
 * @returns ends it
 */
export function defaultsTriggers(view: ClusterView, configMap: ObjectName, enqueue: () => void): () => void {
  const onConfigMap = ({ before, after }: ObjectChange<KubernetesObject>): void => {
    const { name, namespace } = (after ?? before)?.metadata ?? {};
    if (name === configMap.name && namespace === configMap.namespace) enqueue();
  };
  const onObject = ({ before, after }: ObjectChange<KubernetesObject>): void => {
    if (isDefault(before) || isDefault(after)) enqueue();
  };
  const informers: readonly Pick<Informer<KubernetesObject>, "onChange">[] = [
    view.policyServers,
    ...policyKinds.map(({ kind }) => view.policies[kind]),
  ];
  const ends = [view.configMaps.onChange(onConfigMap), ...informers.map((each) => each.onChange(onObject))];
  enqueue();
  return () => {
    for (const end of ends) end();
  };
}

function isDefault(object: KubernetesObject | undefined): boolean {
  return object?.metadata.labels?.[managedByDefaultsLabel] === managedByDefaults;
}
