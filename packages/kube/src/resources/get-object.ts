import { knownKeys } from "@kubewarden-ts/protocol";
import type { KubeClient } from "../client/kube-client.ts";
import { isKubeError } from "../errors.ts";
import { checkObject, invalid, placesOf, stringAt } from "../json/read-json.ts";
import { objectPath, type ResourceReference } from "./api-resource.ts";
import type { Discovery } from "./discovery.ts";

export interface ObjectReference extends ResourceReference {
  /** needed for namespaced kinds, without meaning for the others */
  readonly namespace?: string | undefined;
  readonly name: string;
}

/**
 * Reads one object from the API server. Where the kind turns out to be served elsewhere now, it is looked up anew.
 * @returns one JSON object, the bytes that came
 * @throws {KubeError} `KUBE_NOT_FOUND`; `KUBE_ANSWER_INVALID` for an answer that is not the object; those of `Discovery.find` and `objectPath`; any other of a request
 */
export async function getObject(
  { client, discovery }: { client: Pick<KubeClient, "get">; discovery: Discovery },
  reference: ObjectReference,
  { signal }: { signal?: AbortSignal | undefined } = {},
): Promise<Uint8Array> {
  const { name, namespace } = reference;
  const path = objectPath(await discovery.find(reference, { signal }), name, namespace);
  try {
    return await get(client, path, name, signal);
  } catch (error) {
    if (!isKubeError(error, "KUBE_RESOURCE_UNKNOWN")) throw error;
    discovery.forget(reference.apiVersion);
    const moved = objectPath(await discovery.find(reference, { signal }), name, namespace);
    if (moved === path) throw error;
    return await get(client, moved, name, signal);
  }
}

const objectKeys = knownKeys(["metadata"]);
const metadataKeys = knownKeys(["name"]);

/** What has another name, or none, is not the object: a page of a proxy, a failure that says it is none. */
async function get(
  client: Pick<KubeClient, "get">,
  path: string,
  name: string,
  signal: AbortSignal | undefined,
): Promise<Uint8Array> {
  const { body } = await client.get(path, { signal });
  const { metadata } = placesOf(body, checkObject(body, "an object"), objectKeys);
  const named = metadata && stringAt(body, placesOf(body, metadata.start, metadataKeys).name);
  if (named !== name) throw invalid("an object", "it is not the one that was asked for");
  return body;
}
