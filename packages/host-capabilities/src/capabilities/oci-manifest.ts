import * as v from "valibot";
import { defineCapability, jsonAnswer, textAnswer } from "../capability.ts";

// policy-runtime 5.5: the payload is the name of an image

/** `oci/v1/manifest_digest`: answers `{"digest": "sha256:…"}`. */
export const manifestDigest = defineCapability({
  path: "oci/v1/manifest_digest",
  input: v.string(),
  async run(image, { registry }, signal = never()) {
    return jsonAnswer({ digest: await registry.digest(image, { signal }) });
  },
});

/** `oci/v1/oci_manifest`: answers the manifest of an image, or its index. */
export const ociManifest = defineCapability({
  path: "oci/v1/oci_manifest",
  input: v.string(),
  async run(image, { registry }, signal = never()) {
    return textAnswer(await registry.manifest(image, { signal }));
  },
});

/** `oci/v1/oci_manifest_config`: answers manifest, digest and configuration. */
export const ociManifestConfig = defineCapability({
  path: "oci/v1/oci_manifest_config",
  input: v.string(),
  async run(image, { registry }, signal = never()) {
    return textAnswer(await registry.manifestAndConfig(image, { signal }));
  },
});

/** Of a caller who waits for ever. */
function never(): AbortSignal {
  return new AbortController().signal;
}
