import { defineResource, type KubernetesObject } from "@kubewarden-ts/api";
import { type Clock, type Logger, pause } from "@kubewarden-ts/base";
import { type ApiResource, createInformer, type Informer, type KubeClient } from "@kubewarden-ts/kube";
import type { ObjectPlace } from "../scan/read-object.ts";
import { resourceKey } from "../selection/select-policies.ts";
import { onNewVersion } from "./on-new-version.ts";

/** Watches of the kinds that policies are about. */
export interface AuditedKinds extends AsyncDisposable {
  /**
   * Watches these kinds and no others. Resolves when all of them have been listed, so that no later change is missed; a
   * kind that cannot be listed is not waited for.
   */
  follow(resources: readonly ApiResource[], signal: AbortSignal): Promise<void>;
}

export interface AuditedKindsDeps {
  readonly client: KubeClient;
  /** watches there only */
  readonly namespace: string | undefined;
  /** An object was created or changed; those that are gone take their reports with them. */
  readonly onChange: (place: ObjectPlace) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Until a scan does not wait any longer for a kind whose list does not come, in milliseconds. */
const listMs = 10_000;

export function createAuditedKinds(deps: AuditedKindsDeps): AuditedKinds {
  const followed = new Map<string, Informer<KubernetesObject>>();
  return {
    async follow(resources, signal) {
      const wanted = new Map(resources.map((resource) => [resourceKey(resource), resource]));
      const gone = [...followed].filter(([key]) => !wanted.has(key));
      for (const [key] of gone) followed.delete(key);
      await Promise.all(gone.map(([, informer]) => informer[Symbol.asyncDispose]()));
      for (const [key, resource] of wanted)
        followed.getOrInsertComputed(key, () => followKind(resource, deps));
      await Promise.all(
        [...followed].map(([key, informer]) => untilListed(key, informer, { ...deps, signal })),
      );
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([...followed.values()].map((informer) => informer[Symbol.asyncDispose]()));
    },
  };
}

function followKind(
  resource: ApiResource,
  { client, namespace, onChange, clock, log }: AuditedKindsDeps,
): Informer<KubernetesObject> {
  const { apiVersion, kind, plural, namespaced } = resource;
  const type = defineResource({ apiVersion, kind, plural, namespaced }, {});
  const informer = createInformer<KubernetesObject>(client, type, {
    ...(namespaced && { namespace }),
    metadataOnly: true,
    keep: onlyVersion,
    ...{ clock, log },
  });
  onNewVersion(informer, ({ after }) => {
    if (after === undefined) return;
    const { name, namespace: changedIn } = after.metadata;
    onChange({ resource, name, ...(namespaced && { namespace: changedIn }) });
  });
  return informer;
}

/** Of thousands of objects, what tells one version from another. */
function onlyVersion({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  const { name, namespace, uid, resourceVersion } = metadata;
  return {
    ...{ apiVersion, kind },
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(uid !== undefined && { uid }),
      ...(resourceVersion !== undefined && { resourceVersion }),
    },
  };
}

async function untilListed(
  key: string,
  informer: Informer<KubernetesObject>,
  { clock, log, signal }: AuditedKindsDeps & { readonly signal: AbortSignal },
): Promise<void> {
  if (informer.synced) return;
  const over = new AbortController();
  const limit = AbortSignal.any([over.signal, signal]);
  const listed = informer.whenSynced({ signal: limit }).catch(() => {});
  await Promise.race([listed, pause(clock, listMs, limit)]);
  over.abort();
  if (!informer.synced && !signal.aborted)
    log.warn("changes of a kind are not seen: it cannot be listed", { resource: key });
}
