import type { Descriptor } from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";

/**
 * The error of a module that is to be the one of a signed manifest, where the store has another one or none, and it cannot
 * be downloaded (kwctl-and-oci 10).
 * @param module.digest - of the file in the store; absent where there is none
 * @param cause - why it cannot be downloaded
 * @returns `STORE_NOT_CHECKABLE`
 */
export function notAsSigned(
  { layer, path, digest }: { layer: Descriptor; path: string; digest: string | undefined },
  cause: unknown,
): StoreError {
  const text =
    digest === undefined
      ? `Policy cannot be verified, local wasm file doesn't exist: ${path}`
      : `The digest of the local file doesn't match with the one reported inside of the signed manifest. Got ${digest} instead of ${layer.digest}`;
  return new StoreError(text, { code: "STORE_NOT_CHECKABLE", cause });
}
