import { createHash } from "node:crypto";
import { formatReference, type ImageReference } from "@kubewarden-ts/oci";
import { StoreError } from "./errors.ts";

/** The folders of a store that hold modules, one for each scheme. */
export const storeSchemes: ReadonlySet<string> = new Set(["http", "https", "registry"]);

/** Whether a module may lie there: below the folder of a host. */
export function isStorePath([scheme = "", ...rest]: readonly string[]): boolean {
  return storeSchemes.has(scheme) && rest.length >= 2;
}

/**
 * Where an image's module lies below the root of a store (policy-server 2.2), segment by segment. The grammar of references
 * leaves no room for `.`, `..` or an encoded separator.
 * @example imagePath(parseReference("ghcr.io/acme/p")) // ["registry", "ghcr.io", "acme", "p:latest"]
 */
export function imagePath(reference: ImageReference): string[] {
  return ["registry", ...formatReference(reference).split("/")];
}

/**
 * The same for a module of a web server. Segments are those of the URL as it is sent: `%2f` stays three characters. Of a
 * URL with a query the file name ends with a hash of it, so that two queries are two modules.
 * @throws {StoreError} `STORE_URL_INVALID` when the URL names no file
 */
export function webPath(url: URL): string[] {
  const segments = url.pathname.split("/").filter((segment) => segment !== "");
  const name = url.pathname.endsWith("/") ? undefined : segments.at(-1);
  if (name === undefined) throw invalid(`${url.origin}${url.pathname} names no file`);
  // a URL may have them for a host
  if (/^\.+$/.test(url.hostname)) throw invalid(`${url.origin}${url.pathname} names no host`);
  const query = url.search === "" ? "" : `?${sha256(url.search).slice(0, 16)}`;
  return [url.protocol.slice(0, -1), url.host, ...segments.slice(0, -1), `${name}${query}`];
}

function invalid(message: string): StoreError {
  return new StoreError(message, { code: "STORE_URL_INVALID" });
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
