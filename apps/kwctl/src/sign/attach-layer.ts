import { type Attaching, manifestType, pushedBlob } from "./signature-registry.ts";
import { addListed, type ListedEntry } from "./tagged-list.ts";

const layerType = "application/vnd.dev.cosign.simplesigning.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";
const emptyConfig = { architecture: "", os: "", config: {}, rootfs: { type: "layers", diff_ids: [] } };

/**
 * Adds a layer to the simple signing manifest of an image: the tag `sha256-<hex>.sig` of its repository
 * (kwctl-and-oci.md 15.1). Signatures that are there stay.
 * @param digest - of the image: `sha256:<hex>`
 * @returns what was added, for `addListed` to see whether it is still there
 * @throws {KwctlError} `KWCTL_SIGNING_FAILED`
 * @throws {OciError}
 */
export async function attachLayer(
  digest: string,
  { payload, annotations }: { payload: Buffer; annotations: Readonly<Record<string, string>> },
  attaching: Attaching,
): Promise<ListedEntry> {
  const blob = await pushedBlob(payload, layerType, attaching);
  // before the manifest is read: nothing else is done between reading and writing it
  const config = await pushedBlob(Buffer.from(JSON.stringify(emptyConfig)), configType, attaching);
  const listed: ListedEntry = {
    tag: `${digest.replace(":", "-")}.sig`,
    mediaType: manifestType,
    list: "layers",
    entry: { ...blob, annotations },
    base: { schemaVersion: 2, mediaType: manifestType, config },
  };
  await addListed(listed, attaching);
  return listed;
}
