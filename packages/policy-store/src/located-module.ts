import { type ImageReference, parseReference } from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";
import { type ModuleLocation, parseModuleUrl } from "./module-url.ts";
import { imagePath, webPath } from "./store-path.ts";

/** A place with its image reference read. */
export type Located =
  | Exclude<ModuleLocation, { kind: "registry" }>
  | { readonly kind: "registry"; readonly reference: ImageReference };

/** @throws {StoreError} `STORE_URL_INVALID` */
export function locate(url: string): Located {
  const location = parseModuleUrl(url);
  return location.kind === "registry" ? { kind: "registry", reference: readReference(location) } : location;
}

/** With upstream's texts, which come from its reading of a URL and then of a reference. */
function readReference({ reference }: Extract<ModuleLocation, { kind: "registry" }>): ImageReference {
  if (/^[^/]*[\s<>^|\\]/.test(reference)) {
    throw new StoreError("invalid domain character", { code: "STORE_URL_INVALID" });
  }
  try {
    return parseReference(reference);
  } catch (cause) {
    throw new StoreError("Invalid OCI image reference", { code: "STORE_URL_INVALID", cause });
  }
}

/** Two ways to write one address are one module. */
export function keyOf(location: Located): string {
  switch (location.kind) {
    case "file":
      return `file/${location.path}`;
    case "http":
      return webPath(location.url).join("/");
    case "registry":
      return imagePath(location.reference).join("/");
  }
}
