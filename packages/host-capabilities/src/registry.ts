import type { ImageLookUps } from "@kubewarden-ts/oci";

export interface RegistryDeps {
  /** What is asked of image registries. */
  readonly registry: ImageLookUps;
}
