/** What capabilities ask of image registries. Images are named as Docker does: `busybox`, `ghcr.io/acme/app:v1`. */
export interface Registry {
  /** `sha256:…` of the manifest. */
  manifestDigest(image: string, signal: AbortSignal | undefined): Promise<string>;
  /** The manifest or index, in the OCI model, as JSON text. */
  manifest(image: string, signal: AbortSignal | undefined): Promise<Uint8Array>;
  /** `{"manifest": …, "digest": "sha256:…", "config": …}` as JSON text. */
  manifestAndConfig(image: string, signal: AbortSignal | undefined): Promise<Uint8Array>;
}

export interface RegistryDeps {
  readonly registry: Registry;
}
