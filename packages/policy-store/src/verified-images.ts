import { errorText } from "@kubewarden-ts/base";
import {
  formatReference,
  type ImageReference,
  imageOf,
  type ManifestReader,
  type Platform,
  parseGivenDigest,
} from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";
import { type AdmitImage, moduleLayerType } from "./image-module.ts";

/**
 * Checks the signatures of an image.
 * @param options.name - the image as errors call it
 * @returns the digest of the manifest or index that is signed
 * @throws what does not hold, or cannot be checked
 */
export type VerifyImage = (
  reference: ImageReference,
  options: { signal: AbortSignal; name: string },
) => Promise<{ digest: string }>;

/**
 * Admits images whose signatures hold, and whose signed manifest names one module by its SHA-256: the store then takes
 * nothing but these bytes (kwctl-and-oci 10).
 * @param options.platform - whose entry of a signed index counts
 * @returns rejects with {@link StoreError} `STORE_NOT_VERIFIED` when signatures do not hold or cannot be checked, with
 * `STORE_NOT_CHECKABLE` when a signed manifest does not say which bytes are the module's
 */
export function admitVerified({
  verify,
  client,
  platform,
}: {
  verify: VerifyImage;
  client: Pick<ManifestReader, "fetchManifest">;
  platform: Platform;
}): AdmitImage {
  return async ({ reference, manifestDigest }, { signal }) => {
    const { registry, repository } = reference;
    // A tag may move in between: the manifest is verified by its digest.
    const named = { registry, repository, digest: manifestDigest };
    const name = formatReference(reference);
    const { digest } = await verified(() => verify(named, { signal, name }));
    if (digest !== manifestDigest) {
      throw notVerified(
        new Error(`the manifest that is signed, ${digest}, is not the one in question, ${manifestDigest}`),
      );
    }
    const signed = await client.fetchManifest(named, { signal });
    const { manifest } = await imageOf(signed, client, reference, { signal, platform });
    const [layer, ...others] = manifest.layers;
    if (layer?.mediaType !== moduleLayerType || others.length > 0) {
      throw notCheckable(
        "Cannot verify local file integrity, the remote manifest doesn't have only one WASM layer",
      );
    }
    if (parseGivenDigest(layer.digest).algorithm !== "sha256") {
      throw notCheckable(
        "The checksum inside of the remote manifest is not using the sha256 hashing algorithm as expected.",
      );
    }
  };
}

async function verified<T>(verify: () => Promise<T>): Promise<T> {
  try {
    return await verify();
  } catch (error) {
    throw notVerified(error);
  }
}

function notVerified(error: unknown): StoreError {
  return new StoreError(errorText(error), { code: "STORE_NOT_VERIFIED" });
}

function notCheckable(message: string): StoreError {
  return new StoreError(message, { code: "STORE_NOT_CHECKABLE" });
}
