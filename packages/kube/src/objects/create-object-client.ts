import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import type { KubeClient } from "../client/kube-client.ts";
import type { KubeRequest } from "../client/request.ts";
import { isKubeError, KubeError } from "../errors.ts";
import { invalid } from "../json/read-json.ts";
import { collectionPath, objectPath } from "../resources/api-resource.ts";
import { listPages } from "../resources/list-objects.ts";
import type { ObjectClient, ObjectName, ObjectSelection, WriteOptions } from "./object-client.ts";
import { readObject } from "./read-object.ts";

const encoder = new TextEncoder();

/**
 * Typed reading and writing over a client for bytes.
 * @example const objects = createObjectClient(client); await objects.get(configMaps, { namespace: "web", name: "a" });
 */
export function createObjectClient(client: KubeClient): ObjectClient {
  /** Sends a body, and reads the object that comes back. */
  async function write<T extends KubernetesObject>(
    type: ResourceType<T>,
    path: string,
    name: string,
    { body, ...request }: Omit<KubeRequest, "body"> & { body: object },
  ): Promise<T> {
    const answer = await client.request(path, { ...request, body: encoder.encode(JSON.stringify(body)) });
    return namedObject(type, answer.body, name);
  }

  return {
    async get(type, { name, namespace }, { signal } = {}) {
      try {
        const { body } = await client.get(objectPath(type, name, namespace), { signal });
        return namedObject(type, body, name);
      } catch (error) {
        if (isKubeError(error, "KUBE_NOT_FOUND")) return undefined;
        throw error;
      }
    },
    list: async (type, selection = {}) => listAll(client, type, selection),
    create: async (type, object, options) =>
      write(type, folderOf(type, object.metadata), object.metadata.name, {
        ...{ method: "POST", body: object, query: dryRun(options), signal: options?.signal },
      }),
    replace: async (type, object, options) =>
      write(type, pathOf(type, object.metadata), object.metadata.name, {
        ...{ method: "PUT", body: object, query: dryRun(options), signal: options?.signal },
      }),
    mergePatch: async (type, name, patch, options) =>
      write(type, pathOf(type, name, options?.subresource), name.name, {
        method: "PATCH",
        body: patch,
        contentType: "application/merge-patch+json",
        query: dryRun(options),
        repeatable: true, // the same patch twice is the same object
        signal: options?.signal,
      }),
    apply: async (type, object, { fieldManager, force, ...options }) =>
      write(type, pathOf(type, object.metadata, options.subresource), object.metadata.name, {
        method: "PATCH",
        body: { apiVersion: type.apiVersion, kind: type.kind, ...object },
        contentType: "application/apply-patch+yaml",
        query: { fieldManager, force, ...dryRun(options) },
        repeatable: true,
        signal: options.signal,
      }),
    async delete(type, name, { uid, resourceVersion, signal } = {}) {
      const preconditions = { ...(uid && { uid }), ...(resourceVersion && { resourceVersion }) };
      const body = {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: "Background",
        preconditions,
      };
      try {
        const bytes = encoder.encode(JSON.stringify(body));
        await client.request(pathOf(type, name), { method: "DELETE", body: bytes, signal });
        return true;
      } catch (error) {
        if (isKubeError(error, "KUBE_NOT_FOUND")) return false;
        throw error;
      }
    },
  };
}

function dryRun(options: WriteOptions | undefined): { dryRun?: string } {
  return options?.dryRun ? { dryRun: "All" } : {};
}

/** Where objects of the kind are created. */
function folderOf(type: ResourceType<KubernetesObject>, { namespace, name }: ObjectName): string {
  if (!type.namespaced) return collectionPath(type);
  if (namespace !== undefined) return collectionPath(type, namespace);
  throw new KubeError(`${type.kind} "${name}" cannot be created: metadata.namespace is missing`, {
    code: "KUBE_SCOPE_MISMATCH",
  });
}

function pathOf(
  type: ResourceType<KubernetesObject>,
  { namespace, name }: ObjectName,
  subresource?: "status",
): string {
  const path = objectPath(type, name, namespace);
  return subresource === undefined ? path : `${path}/${subresource}`;
}

/** What has another name is not the object: a page of a proxy, a failure that says it is none. */
function namedObject<T extends KubernetesObject>(type: ResourceType<T>, body: Uint8Array, name: string): T {
  const object = readObject(type, body);
  if (object.metadata.name === name) return object;
  throw invalid(`a ${type.kind}`, "it is not the one that was asked for");
}

async function listAll<T extends KubernetesObject>(
  client: KubeClient,
  type: ResourceType<T>,
  { namespace, ...selection }: ObjectSelection,
): Promise<T[]> {
  let objects: T[] = [];
  for await (const part of listPages(client, { path: collectionPath(type, namespace), ...selection })) {
    if (part.kind === "restart") {
      objects = [];
      continue;
    }
    const { body, items } = part.page;
    for (let run = 0; run < items.length; run += 2) {
      objects.push(readObject(type, body.subarray(items[run], items[run + 1])));
    }
  }
  return objects;
}
