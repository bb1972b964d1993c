import { createHash } from "node:crypto";
import { request } from "undici";
import { type Connections, createConnections } from "../sources/connections.ts";
import type { Sources } from "../sources/sources.ts";

/** How a registry is written to: by one way, without a look at what it wants. */
export interface SeedOptions {
  /** `http://` or `https://` and the host */
  readonly url: string;
  readonly sources: Sources;
  /** the `Authorization` header of all requests */
  readonly authorization?: string | undefined;
}

/** What a seeded registry holds. */
export interface SeededImage {
  readonly repository: string;
  readonly manifest: { bytes: Uint8Array; digest: string };
  /** of an index with this image for linux/amd64 */
  readonly index: { bytes: Uint8Array; digest: string };
  readonly config: Uint8Array;
  readonly layer: Uint8Array;
}

const types = {
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
};

/** Puts an image under the tag `v1`, and an index of it under `multi`. */
export async function seedImage(repository: string, options: SeedOptions): Promise<SeededImage> {
  await using connections = createConnections(options.sources);
  const put = putter(connections, repository, options);
  const config = Buffer.from(
    JSON.stringify({ os: "linux", architecture: "amd64", rootfs: { type: "layers" } }),
  );
  const layer = Buffer.from(`layer of ${repository}`);
  for (const blob of [config, layer]) await put.blob(blob);
  const describe = (mediaType: string, bytes: Uint8Array) => ({
    mediaType,
    digest: sha256(bytes),
    size: bytes.length,
  });
  const manifest = Buffer.from(
    JSON.stringify({
      ...{ schemaVersion: 2, mediaType: types.manifest, config: describe(types.config, config) },
      layers: [describe(types.layer, layer)],
    }),
  );
  await put.manifest("v1", manifest, types.manifest);
  const platform = { os: "linux", architecture: "amd64" };
  const entries = [{ ...describe(types.manifest, manifest), platform }];
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: types.index, manifests: entries }));
  await put.manifest("multi", index, types.index);
  return {
    ...{ repository, config, layer },
    manifest: { bytes: manifest, digest: sha256(manifest) },
    index: { bytes: index, digest: sha256(index) },
  };
}

function putter(connections: Connections, repository: string, { url, authorization }: SeedOptions) {
  const headers = authorization === undefined ? {} : { authorization };
  const send = async (method: "POST" | "PUT", target: URL, body?: Uint8Array, contentType?: string) => {
    const dispatcher = await connections.dispatcher(target, { verify: true });
    const response = await request(target, {
      ...{ method, dispatcher, body: body ?? null },
      headers: { ...headers, ...(contentType !== undefined && { "content-type": contentType }) },
    });
    const text = await response.body.text();
    if (response.statusCode >= 300)
      throw new Error(`${method} ${target.href}: ${response.statusCode} ${text}`);
    return response.headers;
  };
  return {
    async blob(bytes: Uint8Array): Promise<void> {
      const begun = await send("POST", new URL(`/v2/${repository}/blobs/uploads/`, url));
      const location = new URL(String(begun.location), url);
      location.searchParams.set("digest", sha256(bytes));
      await send("PUT", location, bytes, "application/octet-stream");
    },
    async manifest(tag: string, bytes: Uint8Array, mediaType: string): Promise<void> {
      await send("PUT", new URL(`/v2/${repository}/manifests/${tag}`, url), bytes, mediaType);
    },
  };
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
