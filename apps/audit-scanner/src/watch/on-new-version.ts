import type { KubernetesObject } from "@kubewarden-ts/api";
import type { Informer, ObjectChange } from "@kubewarden-ts/kube";

/** Calls back for what is created, changed or deleted after the first list; not for what is only listed again. */
export function onNewVersion<T extends KubernetesObject>(
  informer: Informer<T>,
  handler: (change: ObjectChange<T>) => void,
): void {
  informer.onChange((change) => {
    const { before, after } = change;
    if (!informer.synced) return;
    if (before?.metadata.resourceVersion !== after?.metadata.resourceVersion) handler(change);
  });
}
