import { createLookUpCache } from "@kubewarden-ts/base";
import {
  applyFieldMask,
  createSubjectAccessReview,
  type Discovery,
  getObject,
  isKubeError,
  type KubeClient,
  parseFieldMask,
  type Reflectors,
  type SubjectAccessReviewStatus,
} from "@kubewarden-ts/kube";
import { jsonAnswer, type ResourceReference } from "./capability.ts";
import type { AccessQuestion, Cluster, ObjectSelection } from "./cluster.ts";

export interface KubernetesClusterDeps {
  readonly client: KubeClient;
  readonly discovery: Discovery;
  readonly reflectors: Reflectors;
  /** A clock in milliseconds. */
  readonly now: () => number;
}

// policy-runtime 5.9
const keptMs = 5000;
const failureKeptMs = 10_000;
const maxEntries = 500;
/** Larger objects are given, and not kept: what is kept ends at some 128 MB. */
const maxKeptBytes = 256 * 1024;

/**
 * What policies ask of a cluster, answered for all of them together: lists from data kept by watching, objects and answers
 * about access for 5 s, errors of these for 10 s (policy-runtime 5.8, 5.9).
 */
export function createKubernetesCluster({
  client,
  discovery,
  reflectors,
  now,
}: KubernetesClusterDeps): Cluster {
  const objects = createLookUpCache<Uint8Array>({
    ...{ now, maxEntries, failureMs: failureKeptMs },
    successMs: ({ length }) => (length > maxKeptBytes ? 0 : keptMs),
  });
  const reviews = createLookUpCache<SubjectAccessReviewStatus>({
    ...{ now, maxEntries, failureMs: failureKeptMs },
    successMs: keptMs,
  });
  return {
    async list(resource, wanted, signal) {
      const asOfMs = now();
      const { document, version, stamp } = await reflectors.list({ ...resource, ...wanted }, { signal });
      return { bytes: document, version, asOfMs, stamp };
    },
    async hasChangedSince(resource, wanted: ObjectSelection, sinceMs) {
      return reflectors.changedSince({ ...resource, ...wanted }, sinceMs);
    },
    async get(resource, { name, namespace, fieldMasks, disableCache }, signal) {
      const key = JSON.stringify([resource.apiVersion, resource.kind, namespace, name]);
      const load = (shared: AbortSignal): Promise<Uint8Array> =>
        getObject({ client, discovery }, { ...resource, name, namespace }, { signal: shared });
      try {
        const { value, freshForMs } = await objects.lookUp(key, load, { signal, bypass: disableCache });
        const mask = parseFieldMask(fieldMasks);
        const bytes = mask === undefined ? value : applyFieldMask(value, mask);
        return { bytes, validity: { kind: "for", ms: freshForMs } };
      } catch (error) {
        throw isKubeError(error, "KUBE_NOT_FOUND") ? notFound(resource, name, namespace) : error;
      }
    },
    async pluralName(resource, signal) {
      return (await discovery.find(resource, { signal })).plural;
    },
    async canI(question, { disableCache }, signal) {
      const load = (shared: AbortSignal): Promise<SubjectAccessReviewStatus> =>
        createSubjectAccessReview(client, reviewOf(question), { signal: shared });
      const key = JSON.stringify(reviewOf(question));
      const { value, freshForMs } = await reviews.lookUp(key, load, { signal, bypass: disableCache });
      return jsonAnswer(value, freshForMs);
    },
  };
}

function reviewOf({ user, groups, resourceAttributes }: AccessQuestion) {
  const { resource, verb, group, name, namespace, subresource, version } = resourceAttributes;
  return {
    user,
    groups,
    resourceAttributes: {
      ...{ resource, verb },
      ...(group !== undefined && { group }),
      ...(name !== undefined && { name }),
      ...(namespace !== undefined && { namespace }),
      ...(subresource !== undefined && { subresource }),
      ...(version !== undefined && { version }),
    },
  };
}

/** In upstream's words: an absent namespace is `None`. */
function notFound(
  { apiVersion, kind }: ResourceReference,
  name: string,
  namespace: string | undefined,
): Error {
  const where = namespace === undefined ? "None" : `Some(${JSON.stringify(namespace)})`;
  return new Error(`Cannot find ${apiVersion}/${kind} named '${name}' inside of namespace '${where}'`);
}
