import {
  canonicalManifest,
  canonicalManifestType,
  checkDigest,
  type ImageReference,
  type Progress,
  parseDigest,
  type RegistryClient,
} from "@kubewarden-ts/oci";
import { moduleLayerType } from "./image-module.ts";
import { checkedModule, sha256Of } from "./module-bytes.ts";

const configType = "application/vnd.wasm.config.v1+json";
/** Policies have no configuration; images must. */
const emptyConfig = Buffer.from("{}");

export interface PushModuleOptions {
  readonly client: Pick<RegistryClient, "pushBlob" | "pushManifest">;
  /** Of the manifest; without, it has no such member. */
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  /** How much of the module was sent. */
  readonly progress?: Progress | undefined;
  readonly signal: AbortSignal;
}

/**
 * Pushes a module as an image. Equal modules with equal annotations have one manifest, which upstream makes too
 * (kwctl-and-oci.md 11, "Push result").
 * @returns the digest of the manifest, `sha256:` and 64 hex digits
 * @throws {StoreError} `STORE_NOT_WASM`
 * @throws {OciError} those of the registry; `OCI_DIGEST_MISMATCH`, before anything is sent, when the reference has a digest
 * that is another one
 */
export async function pushModule(
  reference: ImageReference,
  bytes: Uint8Array,
  { client, annotations, progress, signal }: PushModuleOptions,
): Promise<string> {
  const layer = describe(moduleLayerType, checkedModule(bytes));
  const config = describe(configType, emptyConfig);
  const manifest = canonicalManifest({ config, layers: [layer], annotations });
  if (reference.digest !== undefined) checkDigest(manifest, parseDigest(reference.digest));
  await client.pushBlob(reference, bytes, { signal, progress });
  await client.pushBlob(reference, emptyConfig, { signal });
  return await client.pushManifest(reference, manifest, canonicalManifestType, { signal });
}

function describe(mediaType: string, bytes: Uint8Array) {
  return { mediaType, digest: sha256Of(bytes), size: bytes.length };
}
