import { createHash } from "node:crypto";
import type { Registry } from "./start-registry.ts";

/** Media types, in both families of formats. */
export const FORMATS = {
  oci: {
    manifest: "application/vnd.oci.image.manifest.v1+json",
    index: "application/vnd.oci.image.index.v1+json",
    config: "application/vnd.oci.image.config.v1+json",
    layer: "application/vnd.oci.image.layer.v1.tar+gzip",
  },
  docker: {
    manifest: "application/vnd.docker.distribution.manifest.v2+json",
    index: "application/vnd.docker.distribution.manifest.list.v2+json",
    config: "application/vnd.docker.container.image.v1+json",
    layer: "application/vnd.docker.image.rootfs.diff.tar.gzip",
  },
} as const;

export type Format = keyof typeof FORMATS;

/** What a manifest says of a blob, and an index of a manifest. */
export interface Descriptor {
  mediaType: string;
  /** `sha256:` and 64 hex digits */
  digest: string;
  size: number;
}

/** What a program runs on, as in an index. */
export interface Platform {
  os: string;
  architecture: string;
  variant?: string;
}

/** Where something is pushed to; without a tag it is reached by its digest alone. */
export interface Target {
  /** such as `policies/demo` */
  repository: string;
  tag?: string;
}

/** A blob of an image; its media type is that of the format without one. */
export interface Layer {
  bytes: Uint8Array;
  mediaType?: string;
  annotations?: Record<string, string>;
}

const ONE_LAYER: readonly Layer[] = [{ bytes: Buffer.from("layer") }];

/** A small image. What is absent gets a harmless value. */
export interface Image extends Target {
  /** `oci` without */
  format?: Format;
  config?: unknown;
  configMediaType?: string;
  layers?: readonly Layer[];
  annotations?: Record<string, string>;
}

/** An index, or a Docker manifest list. */
export interface Index extends Target {
  /** `oci` without */
  format?: Format;
  manifests: readonly { manifest: Descriptor; platform: Platform }[];
  annotations?: Record<string, string>;
}

/** Pushes a blob. */
export async function pushBlob(
  registry: Registry,
  { repository, bytes, mediaType }: { repository: string; bytes: Uint8Array; mediaType: string },
): Promise<Descriptor> {
  const digest = digestOf(bytes);
  const start = await registry.send({ method: "POST", path: `/v2/${repository}/blobs/uploads/`, repository });
  const location = new URL(start.headers.location ?? "", registry.url);
  location.searchParams.set("digest", digest);
  const path = `${location.pathname}${location.search}`;
  const headers = { "content-type": "application/octet-stream" };
  const end = await registry.send({ method: "PUT", path, repository, headers, body: bytes });
  if (end.status !== 201) throw new Error(`push of a blob: status ${end.status}: ${end.body}`);
  return { mediaType, digest, size: bytes.length };
}

/** Pushes a manifest as it is: bytes, or JSON of a value. */
export async function pushManifest(
  registry: Registry,
  { repository, tag, mediaType, manifest }: Target & { mediaType: string; manifest: object | Uint8Array },
): Promise<Descriptor> {
  const bytes = manifest instanceof Uint8Array ? manifest : Buffer.from(JSON.stringify(manifest));
  const digest = digestOf(bytes);
  const path = `/v2/${repository}/manifests/${tag ?? digest}`;
  const headers = { "content-type": mediaType };
  const { status, body } = await registry.send({ method: "PUT", path, repository, headers, body: bytes });
  if (status !== 201) throw new Error(`push of a manifest: status ${status}: ${body}`);
  return { mediaType, digest, size: bytes.length };
}

/**
 * Pushes an image: its layers, its configuration, its manifest. Images with a blob in common are pushed one after the other:
 * while the registry writes the same blob once more, it does not find it.
 * @returns what describes the manifest
 */
export async function pushImage(registry: Registry, image: Image): Promise<Descriptor> {
  const { repository, tag, format = "oci", layers = ONE_LAYER, annotations } = image;
  const types = FORMATS[format];
  const blob = (bytes: Uint8Array, mediaType: string) => pushBlob(registry, { repository, bytes, mediaType });
  const content = image.config ?? {
    os: "linux",
    architecture: "amd64",
    config: {},
    rootfs: { type: "layers", diff_ids: [] },
  };
  const config = await blob(Buffer.from(JSON.stringify(content)), image.configMediaType ?? types.config);
  const pushed = layers.map(async ({ bytes, mediaType, ...rest }) => ({
    ...(await blob(bytes, mediaType ?? types.layer)),
    ...rest,
  }));
  const manifest = {
    schemaVersion: 2,
    mediaType: types.manifest,
    config,
    layers: await Promise.all(pushed),
    annotations,
  };
  return pushManifest(registry, { repository, mediaType: types.manifest, manifest, ...(tag && { tag }) });
}

/** Pushes an index of manifests that were pushed to the same repository. @returns what describes the index */
export async function pushIndex(registry: Registry, index: Index): Promise<Descriptor> {
  const { repository, tag, format = "oci", annotations } = index;
  const mediaType = FORMATS[format].index;
  const manifests = index.manifests.map(({ manifest, platform }) => ({ ...manifest, platform }));
  const content = { schemaVersion: 2, mediaType, manifests, annotations };
  return pushManifest(registry, { repository, mediaType, manifest: content, ...(tag && { tag }) });
}

/** The digest under which a registry keeps bytes. */
export function digestOf(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
