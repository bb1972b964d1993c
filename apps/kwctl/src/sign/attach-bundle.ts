import { referrersTag } from "@kubewarden-ts/oci";
import type { SerializedBundle } from "@sigstore/bundle";
import {
  type Attaching,
  type Descriptor,
  manifestType,
  pushedBlob,
  pushedDocument,
} from "./signature-registry.ts";
import { signaturePredicate } from "./signed-contents.ts";
import { addListed } from "./tagged-list.ts";

const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
const emptyType = "application/vnd.oci.empty.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";

const annotations = {
  "dev.sigstore.bundle.content": "dsse-envelope",
  "dev.sigstore.bundle.predicateType": signaturePredicate,
};

/**
 * Attaches a bundle to an image as what refers to it (kwctl-and-oci.md 16.4); where the registry keeps no list of what
 * does, in the index that stands in for it.
 * @param subject - the manifest or index of the image
 * @throws {KwctlError} `KWCTL_SIGNING_FAILED`
 * @throws {OciError}
 */
export async function attachBundle(
  subject: Descriptor,
  bundle: SerializedBundle,
  attaching: Attaching,
): Promise<void> {
  const config = await pushedBlob(Buffer.from("{}"), emptyType, attaching);
  const layer = await pushedBlob(Buffer.from(JSON.stringify(bundle)), bundleType, attaching);
  const manifest = {
    ...{ schemaVersion: 2, mediaType: manifestType, artifactType: bundleType },
    ...{ config, layers: [layer], subject, annotations },
  };
  const referrer = await pushedDocument(manifest, { mediaType: manifestType }, attaching);
  const { reference, registry, signal } = attaching;
  const listed = await registry.fetchReferrers(reference, subject.digest, { signal });
  if (listed.some(({ digest }) => digest === referrer.digest)) return;
  // the tag schema of OCI's distribution specification
  await addListed(
    {
      ...{ tag: referrersTag(subject.digest), mediaType: indexType, list: "manifests" },
      entry: { ...referrer, artifactType: bundleType, annotations },
      base: { schemaVersion: 2, mediaType: indexType },
    },
    attaching,
  );
}
