import * as v from "valibot";
import {
  type Attaching,
  documentAt,
  manifestType,
  pushedBlob,
  pushedDocument,
} from "./signature-registry.ts";

const layerType = "application/vnd.dev.cosign.simplesigning.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";
const emptyConfig = { architecture: "", os: "", config: {}, rootfs: { type: "layers", diff_ids: [] } };

const SignatureManifest = v.looseObject({ layers: v.array(v.unknown()) });

/**
 * Adds a layer to the simple signing manifest of an image: the tag `sha256-<hex>.sig` of its repository
 * (kwctl-and-oci.md 15.1). Signatures that are there stay.
 * @param digest - of the image: `sha256:<hex>`
 * @throws {OciError}
 */
export async function attachLayer(
  digest: string,
  { payload, annotations }: { payload: Buffer; annotations: Readonly<Record<string, string>> },
  attaching: Attaching,
): Promise<void> {
  const tag = `${digest.replace(":", "-")}.sig`;
  const layer = { ...(await pushedBlob(payload, layerType, attaching)), annotations };
  const found = await documentAt(tag, SignatureManifest, attaching);
  const { layers, ...rest } = found ?? (await noSignatures(attaching));
  await pushedDocument({ ...rest, layers: [...layers, layer] }, { mediaType: manifestType, tag }, attaching);
}

async function noSignatures(attaching: Attaching): Promise<{ layers: readonly unknown[] }> {
  const config = await pushedBlob(Buffer.from(JSON.stringify(emptyConfig)), configType, attaching);
  const manifest = { schemaVersion: 2, mediaType: manifestType, config, layers: [] };
  return manifest;
}
