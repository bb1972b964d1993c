import { readFile } from "node:fs/promises";
import { defineResource } from "@kubewarden-ts/api";
import type { KubeClient, ObjectClient } from "@kubewarden-ts/kube";
import { createDiscovery } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { parseAllDocuments } from "yaml";

const Manifest = v.looseObject({
  apiVersion: v.string(),
  kind: v.string(),
  metadata: v.looseObject({ name: v.string(), namespace: v.exactOptional(v.string()) }),
});
type Manifest = v.InferOutput<typeof Manifest>;

/**
 * Reads the objects of a YAML file.
 * @param replacements - text to what stands in its place
 */
export async function readManifests(
  path: string,
  replacements: Readonly<Record<string, string>> = {},
): Promise<Manifest[]> {
  let text = await readFile(path, "utf8");
  for (const [placeholder, value] of Object.entries(replacements)) text = text.replaceAll(placeholder, value);
  return parseAllDocuments(text).map((document) => v.parse(Manifest, document.toJS()));
}

/** Both ways to speak to one cluster. */
export interface ClusterClients {
  readonly client: KubeClient;
  readonly objects: ObjectClient;
}

/** What can be applied: an object of any kind. */
export interface AppliedManifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  /** of its kind: `spec`, `data`, … */
  readonly [field: string]: unknown;
}

/** Applies objects of any kind that the API server knows, one after the other, by server-side apply. */
export async function applyManifests(
  { client, objects }: ClusterClients,
  manifests: readonly AppliedManifest[],
): Promise<void> {
  for (const manifest of manifests) {
    // a new one for each: a kind may have come with the object before
    const { plural, namespaced } = await createDiscovery(client).find(manifest);
    const type = defineResource(
      { apiVersion: manifest.apiVersion, kind: manifest.kind, plural, namespaced },
      {},
    );
    await objects.apply(type, manifest, { fieldManager: "npm-start", force: true });
  }
}
