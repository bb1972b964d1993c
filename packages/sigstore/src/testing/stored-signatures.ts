import type { FakeRegistry } from "@kubewarden-ts/oci/testing";
import { simpleSigningType } from "../simple-signing/layer.ts";
import type { TestBundle } from "./signed-bundle.ts";
import type { SignedLayer } from "./signed-layer.ts";

const types = {
  config: "application/vnd.oci.image.config.v1+json",
  empty: "application/vnd.oci.empty.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  bundle: "application/vnd.dev.sigstore.bundle.v0.3+json",
};

/** What writes into a registry; the fake one does. */
export type Writable = Pick<FakeRegistry, "putBlob" | "putManifest">;

/**
 * Puts layers under the tag `sha256-<hex>.sig`, in place of those that are there.
 * @param options.layerType - another media type than that of signatures
 */
export function putLayers(
  registry: Writable,
  repository: string,
  digest: string,
  { layers, layerType = simpleSigningType }: { layers: readonly SignedLayer[]; layerType?: string },
): string {
  const blob = describer(registry);
  const document = {
    ...{ schemaVersion: 2, mediaType: types.manifest, config: blob(types.config, "{}") },
    layers: layers.map(({ payload, annotations }) => ({ ...blob(layerType, payload), annotations })),
  };
  return registry.putManifest(repository, document, { tag: `${digest.replace(":", "-")}.sig` });
}

/**
 * Puts bundles as images that refer to a manifest, and the index under the tag `sha256-<hex>` that lists them.
 * @param options.subject - the digest and size of the manifest
 * @param options.layerType - another media type than that of bundles
 * @returns the digests of the images
 */
export function putBundles(
  registry: Writable,
  repository: string,
  subject: { digest: string; size: number },
  { bundles, layerType = types.bundle }: { bundles: readonly (TestBundle | string)[]; layerType?: string },
): string[] {
  const blob = describer(registry);
  const digests = bundles.map((bundle) =>
    registry.putManifest(repository, {
      ...{ schemaVersion: 2, mediaType: types.manifest, artifactType: layerType },
      config: blob(types.empty, "{}"),
      layers: [blob(layerType, typeof bundle === "string" ? bundle : JSON.stringify(bundle))],
      subject: { mediaType: types.manifest, ...subject },
    }),
  );
  const manifests = digests.map((digest) => ({ mediaType: types.manifest, digest, size: 500 }));
  const index = { schemaVersion: 2, mediaType: types.index, manifests };
  const tag = subject.digest.replace(":", "-");
  registry.putManifest(repository, index, { tag, mediaType: types.index });
  return digests;
}

function describer(registry: Writable) {
  return (mediaType: string, content: string) => ({
    ...{ mediaType, digest: registry.putBlob(content), size: Buffer.byteLength(content) },
  });
}
