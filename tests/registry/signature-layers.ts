import * as v from "valibot";
import { FORMATS, pushBlob, pushManifest } from "./push.ts";
import type { Registry } from "./start-registry.ts";

export const SIMPLE_SIGNING = "application/vnd.dev.cosign.simplesigning.v1+json";

/** A simple signing layer, as it is pushed. */
export interface SignatureLayer {
  payload: Buffer;
  annotations: Record<string, string>;
  /** that of simple signing without */
  mediaType?: string;
}

/** An image of a registry, by its digest. */
export interface Signed {
  repository: string;
  /** `sha256:` and 64 hex digits */
  digest: string;
}

const Manifest = v.object({
  layers: v.array(v.object({ digest: v.string(), annotations: v.record(v.string(), v.string()) })),
});

/** The simple signing layers of an image. */
export async function signatureLayers(registry: Registry, image: Signed): Promise<SignatureLayer[]> {
  const { repository } = image;
  const get = async (path: string) => {
    const headers = { accept: FORMATS.oci.manifest };
    const answer = await registry.send({
      method: "GET",
      path: `/v2/${repository}/${path}`,
      repository,
      headers,
    });
    if (answer.status !== 200) throw new Error(`${path}: status ${answer.status}`);
    return answer.body;
  };
  const manifest = JSON.parse((await get(`manifests/${signatureTag(image)}`)).toString());
  const { layers } = v.parse(Manifest, manifest);
  return Promise.all(
    layers.map(async ({ digest, annotations }) => ({ payload: await get(`blobs/${digest}`), annotations })),
  );
}

/** Puts simple signing layers beside an image, in place of those that are there. */
export async function putSignatureLayers(
  registry: Registry,
  image: Signed,
  layers: readonly SignatureLayer[],
): Promise<void> {
  const { repository } = image;
  const descriptors = [];
  for (const { payload, annotations, mediaType = SIMPLE_SIGNING } of layers) {
    const blob = await pushBlob(registry, { repository, bytes: payload, mediaType });
    descriptors.push({ ...blob, annotations });
  }
  const config = await pushBlob(registry, {
    ...{ repository, mediaType: FORMATS.oci.config },
    bytes: Buffer.from('{"rootfs":{"type":"layers","diff_ids":[]}}'),
  });
  const mediaType = FORMATS.oci.manifest;
  const manifest = { schemaVersion: 2, mediaType, config, layers: descriptors };
  await pushManifest(registry, { repository, tag: signatureTag(image), mediaType, manifest });
}

function signatureTag({ digest }: Signed): string {
  return `${digest.replace(":", "-")}.sig`;
}
