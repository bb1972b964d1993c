import { collectionPath, isKubeError, type KubeClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import type { AuditedKind } from "./audited-policies.ts";
import type { GeneratedObject } from "./generated-objects.ts";

const StoredObject = v.looseObject({ metadata: v.looseObject({ name: v.string() }) });
type StoredObject = v.InferOutput<typeof StoredObject>;

/** What the API server says to an object that comes now. */
export type AdmissionAnswer =
  | { readonly kind: "admitted" }
  /** `webhook`: unique name of the policy */
  | { readonly kind: "denied"; readonly webhook: string; readonly message: string }
  /** it is no valid object, or a webhook failed */
  | { readonly kind: "other"; readonly message: string };

const places: Readonly<Record<AuditedKind, { plural: string; namespaced: boolean }>> = {
  Pod: { plural: "pods", namespaced: true },
  Deployment: { plural: "deployments", namespaced: true },
  Service: { plural: "services", namespaced: true },
  ConfigMap: { plural: "configmaps", namespaced: true },
  Namespace: { plural: "namespaces", namespaced: false },
};

/** @param namespace - of namespaced kinds */
export function pathOf({ apiVersion, kind }: GeneratedObject, namespace: string): string {
  const { plural, namespaced } = places[kind];
  return collectionPath({ apiVersion, kind, plural, namespaced }, namespaced ? namespace : undefined);
}

/** Creates an object for good. */
export async function createGenerated(
  client: KubeClient,
  object: GeneratedObject,
  { name, namespace }: { readonly name: string; readonly namespace: string },
): Promise<void> {
  const body = { ...object, metadata: { ...object.metadata, name } };
  await client.request(pathOf(object, namespace), { method: "POST", body: encoded(body) });
}

/**
 * Asks the API server what it would say if a stored object came now, under another name.
 * @param path - of the objects of its kind
 */
export async function askAdmission(client: KubeClient, path: string, name: string): Promise<AdmissionAnswer> {
  const { body: stored } = await client.request(`${path}/${name}`);
  const object = asNew(v.parse(StoredObject, JSON.parse(new TextDecoder().decode(stored))));
  try {
    await client.request(path, { method: "POST", query: { dryRun: "All" }, body: encoded(object) });
    return { kind: "admitted" };
  } catch (error) {
    if (!isKubeError(error)) throw error;
    const denial = /^admission webhook "(.*)\.kubewarden\.admission" denied the request(?:: (.*))?/s;
    const [, webhook, message = ""] = denial.exec(error.message) ?? [];
    if (webhook === undefined) return { kind: "other", message: error.message };
    return { kind: "denied", webhook, message };
  }
}

/** Without what the API server gave it, some of which only one object can have. */
function asNew({ metadata, status: _status, ...object }: StoredObject): object {
  const { labels, annotations, namespace, name } = metadata;
  const spec = v.is(ServiceSpec, object["spec"]) ? { spec: withoutAddresses(object["spec"]) } : {};
  return { ...object, ...spec, metadata: { labels, annotations, namespace, name: `${name}-again` } };
}

const ServiceSpec = v.looseObject({ ports: v.array(v.looseObject({ port: v.number() })) });

function withoutAddresses(spec: v.InferOutput<typeof ServiceSpec>): object {
  const { clusterIP, clusterIPs: _all, ports, ...rest } = spec;
  const headless = clusterIP === "None" ? { clusterIP } : {};
  return { ...rest, ...headless, ports: ports.map(({ nodePort: _none, ...port }) => port) };
}

function encoded(object: object): Uint8Array {
  return Buffer.from(JSON.stringify(object));
}
