import { type ApiResource, getObject, isKubeError } from "@kubewarden-ts/kube";
import type { AuditedObject } from "../audited-object.ts";
import { readListedObject } from "./read-listed-object.ts";
import type { ScanContext } from "./scan-context.ts";

/** Where an object is. */
export interface ObjectPlace {
  /** as what it is read */
  readonly resource: ApiResource;
  /** of namespaced kinds */
  readonly namespace?: string | undefined;
  readonly name: string;
}

const openingBrace = 0x7b;
const closingBrace = 0x7d;

/**
 * Reads one object as it is stored now.
 * @returns `undefined` when it is gone, and with a warning when it has no UID or resource version
 * @throws {KubeError} of a request
 */
export async function readObject(
  { client, discovery, log }: Pick<ScanContext, "client" | "discovery" | "log">,
  { resource, namespace, name }: ObjectPlace,
  signal: AbortSignal,
): Promise<AuditedObject | undefined> {
  const { apiVersion, kind } = resource;
  const reference = { apiVersion, kind, namespace, name };
  const bytes = await getObject({ client, discovery }, reference, { signal }).catch((error: unknown) => {
    if (isKubeError(error, "KUBE_NOT_FOUND")) return undefined;
    throw error;
  });
  if (bytes === undefined) return undefined;
  // there is white space around it at most: it was checked
  const place = { start: bytes.indexOf(openingBrace), end: bytes.lastIndexOf(closingBrace) + 1 };
  const object = readListedObject(resource, bytes, place);
  if (object === undefined)
    log.warn("an object without name, UID or resource version is not audited", { name, namespace, kind });
  return object;
}
