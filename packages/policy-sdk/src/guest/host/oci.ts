import * as v from "valibot";
import { ask } from "./answer.ts";

const text = v.nullish(v.string());
const annotations = v.nullish(v.record(v.string(), v.string()));
const Descriptor = v.looseObject({
  mediaType: v.string(),
  digest: v.string(),
  size: v.number(),
  annotations,
});

const Platform = v.looseObject({ architecture: v.string(), os: v.string(), variant: text });
const ImageManifest = v.looseObject({
  mediaType: text,
  artifactType: text,
  config: Descriptor,
  layers: v.array(Descriptor),
  annotations,
});
const ImageIndex = v.looseObject({
  mediaType: text,
  artifactType: text,
  manifests: v.array(v.looseObject({ ...Descriptor.entries, platform: v.nullish(Platform) })),
  annotations,
});
const Manifest = v.union([ImageManifest, ImageIndex]);
const ManifestDigest = v.object({ digest: v.string() });
const ManifestAndConfig = v.object({
  manifest: ImageManifest,
  digest: v.string(),
  config: v.looseObject({ config: v.nullish(v.looseObject({})) }),
});

/** What an image is made of: media type, size and digest of its configuration and layers. */
export type ImageManifest = v.InferOutput<typeof ImageManifest>;
/** The images of one name, one for each platform. */
export type ImageIndex = v.InferOutput<typeof ImageIndex>;
/** Manifest, digest and configuration of one image. */
export type ManifestAndConfig = v.InferOutput<typeof ManifestAndConfig>;

/**
 * The manifest of an image, or its index when it has one image for each platform (`oci/v1/oci_manifest`).
 * @param image - as in a pod; expanded as Docker does
 * @throws {HostCallError} when it is not granted, or the registry does not answer
 * @example const found = host.oci.manifest("busybox:1.36"); "layers" in found && found.layers.length
 */
export function manifest(image: string): ImageManifest | ImageIndex {
  return ask({ namespace: "oci", operation: "v1/oci_manifest" }, image, Manifest);
}

/**
 * The digest of an image's manifest or index, like `sha256:<hex>` (`oci/v1/manifest_digest`).
 * @param image - as in a pod; expanded as Docker does
 * @throws {HostCallError} when it is not granted, or the registry does not answer
 */
export function manifestDigest(image: string): string {
  return ask({ namespace: "oci", operation: "v1/manifest_digest" }, image, ManifestDigest).digest;
}

/**
 * Manifest, digest and configuration of an image (`oci/v1/oci_manifest_config`); of an index, those for the platform of
 * the host.
 * @param image - as in a pod; expanded as Docker does
 * @throws {HostCallError} when it is not granted, or the registry does not answer
 * @example host.oci.manifestAndConfig("busybox").config.config?.["User"]
 */
export function manifestAndConfig(image: string): ManifestAndConfig {
  return ask({ namespace: "oci", operation: "v1/oci_manifest_config" }, image, ManifestAndConfig);
}
