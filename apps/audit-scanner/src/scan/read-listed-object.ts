import { type ApiResource, placesOf, stringAt } from "@kubewarden-ts/kube";
import { knownKeys } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import type { AuditedObject } from "../audited-object.ts";

const objectKeys = knownKeys(["apiVersion", "kind", "metadata"]);
const metadataKeys = knownKeys(["name", "namespace", "uid", "resourceVersion", "labels"]);
const Labels = v.nullable(v.record(v.string(), v.string()));

/**
 * Reads an object of a list as far as a scan needs it. Its bytes are copied, and get `apiVersion` and `kind` where lists
 * leave them out; nothing else changes (audit-and-reports.md 2.6).
 * @param bytes - of a page that was checked
 * @returns `undefined` when it has no name, UID or resource version, or labels that are none
 */
export function readListedObject(
  resource: ApiResource,
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): AuditedObject | undefined {
  const { apiVersion, kind, metadata } = placesOf(bytes, start, objectKeys);
  if (metadata === undefined) return undefined;
  const places = placesOf(bytes, metadata.start, metadataKeys);
  const name = stringAt(bytes, places.name);
  const namespace = stringAt(bytes, places.namespace);
  const uid = stringAt(bytes, places.uid);
  const resourceVersion = stringAt(bytes, places.resourceVersion);
  const labels = places.labels === undefined ? {} : labelsAt(bytes, places.labels);
  if (!name || !uid || !resourceVersion || labels === undefined) return undefined;
  if (resource.namespaced && !namespace) return undefined;
  const missing = {
    ...(apiVersion === undefined && { apiVersion: resource.apiVersion }),
    ...(kind === undefined && { kind: resource.kind }),
  };
  return {
    ...{ resource, name, uid, resourceVersion, labels },
    ...(resource.namespaced && { namespace: namespace ?? "" }),
    bytes: withMembers(missing, bytes.subarray(start, end)),
  };
}

function labelsAt(
  bytes: Uint8Array,
  { start, end }: { readonly start: number; readonly end: number },
): Record<string, string> | undefined {
  const read = v.safeParse(Labels, JSON.parse(new TextDecoder().decode(bytes.subarray(start, end))));
  return read.success ? (read.output ?? {}) : undefined;
}

/** A copy of the object with more members at its beginning; it has some of its own. */
function withMembers(members: Readonly<Record<string, string>>, object: Uint8Array): Uint8Array {
  const text = JSON.stringify(members);
  if (text === "{}") return object.slice();
  return Buffer.concat([Buffer.from(`${text.slice(0, -1)},`), object.subarray(1)]);
}
