import { fileURLToPath } from "node:url";
import { StoreError } from "./errors.ts";

/** Where a module lies. */
export type ModuleLocation =
  | { kind: "file"; path: string }
  | { kind: "http"; url: URL }
  | { kind: "registry"; reference: string };

/**
 * Reads the `module` of a policy (policy-server 2.2). A text without a scheme is an image reference.
 * @throws {StoreError} `STORE_URL_INVALID` with upstream's texts, such as `unknown scheme: ftp`
 * @example parseModuleUrl("ghcr.io/acme/policy:v1") // { kind: "registry", reference: "ghcr.io/acme/policy:v1" }
 */
export function parseModuleUrl(text: string): ModuleLocation {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  switch (url?.protocol) {
    case "file:":
      return { kind: "file", path: filePath(url) };
    case "http:":
    case "https:":
      return { kind: "http", url };
    case "registry:":
      return { kind: "registry", reference: text.trim().slice("registry://".length) };
  }
  // `ghcr.io:443/a/b:1` parses as a URL too: its host looks like a scheme, but no `://` follows
  if (url !== undefined && text.includes("://")) {
    throw invalid(`unknown scheme: ${url.protocol.slice(0, -1)}`);
  }
  return { kind: "registry", reference: text };
}

function filePath(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw invalid(`cannot retrieve path from uri: ${url.href}`);
  }
}

function invalid(message: string): StoreError {
  return new StoreError(message, { code: "STORE_URL_INVALID" });
}
