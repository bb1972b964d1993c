import { fileURLToPath, pathToFileURL } from "node:url";
import type { FileSystem } from "./define-command.ts";
import { KwctlError } from "./errors.ts";

/**
 * The URL of the policy a user named (kwctl-and-oci.md 3.3): what has a scheme is one, then an existing file
 * wins, then come digits of a SHA-256; a bare reference is the last resort.
 * @throws {KwctlError} `KWCTL_POLICY_NOT_FOUND`
 */
export async function locatePolicy(name: string, files: FileSystem): Promise<string> {
  if (/^\w+:\/\//.test(name)) return name;
  const path = await files.realpath(name).catch(() => undefined);
  if (path !== undefined) return pathToFileURL(path).href;
  // The store, in which digits of a SHA-256 are looked for, is not available yet.
  if (/^[0-9a-f]{1,64}$/.test(name)) throw notFound(name);
  return `registry://${name}`;
}

/** The path behind a `file://` URL; other policies are read from the store. */
export function localPolicyPath(url: string): string {
  if (url.startsWith("file://")) return fileURLToPath(url);
  throw notFound(url);
}

function notFound(url: string): KwctlError {
  return new KwctlError(`Cannot find policy with uri: ${url}`, { code: "KWCTL_POLICY_NOT_FOUND" });
}
