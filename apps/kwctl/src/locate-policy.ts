import { fileURLToPath, pathToFileURL } from "node:url";
import { normalizePolicyUri } from "@kubewarden-ts/oci";
import type { PinnedPolicy, PolicyFolder, StoredPolicy } from "@kubewarden-ts/policy-store";
import type { FileSystem } from "./define-command.ts";
import { KwctlError } from "./errors.ts";

export interface LocateDeps {
  readonly files: Pick<FileSystem, "realpath">;
  readonly policies: Pick<PolicyFolder, "findByDigest">;
}

/** A policy that a user named. */
export interface LocatedPolicy {
  readonly uri: string;
  /** Where its digest named it: the module of the store that has it. No other may be used in its place. */
  readonly pinned?: PinnedPolicy;
}

/**
 * Finds the policy a user named (kwctl-and-oci.md 3.3): what has a scheme is one, then an existing file
 * wins, then come digits of the SHA-256 of a policy in the store; a bare reference is the last resort.
 * @throws {KwctlError} `KWCTL_POLICY_NOT_FOUND`
 * @throws {StoreError} `STORE_AMBIGUOUS`
 */
export async function locatePolicy(name: string, { files, policies }: LocateDeps): Promise<LocatedPolicy> {
  if (/^\w+:\/\//.test(name)) return { uri: normalizePolicyUri(name) };
  const path = await files.realpath(name).catch(() => undefined);
  if (path !== undefined) return { uri: pathToFileURL(path).href };
  if (!/^[0-9a-f]{1,64}$/.test(name)) return { uri: normalizePolicyUri(`registry://${name}`) };
  const policy = await policies.findByDigest(name);
  // digits that are mistyped are not looked for in a registry
  if (policy === undefined) throw policyNotFound(name);
  return { uri: policy.uri, pinned: policy };
}

/** A policy of this machine: a file that the user named, or one of the store. */
export type LocalPolicy =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stored"; readonly policy: StoredPolicy | PinnedPolicy };

/**
 * The policy that a user named, without a download.
 * @throws {KwctlError} `KWCTL_POLICY_NOT_FOUND`: `Cannot find policy with uri: U`, `Unknown scheme: S`
 */
export async function localPolicy(
  { uri: url, pinned }: LocatedPolicy,
  policies: Pick<PolicyFolder, "find">,
): Promise<LocalPolicy> {
  // the address under which the store lists it may lead to another one
  if (pinned !== undefined) return { kind: "stored", policy: pinned };
  const [, scheme = ""] = /^(\w+):\/\//.exec(url) ?? [];
  switch (scheme) {
    case "file":
      return { kind: "file", path: fileURLToPath(url) };
    case "http":
    case "https":
    case "registry": {
      const policy = await policies.find(url);
      if (policy === undefined) throw policyNotFound(url);
      return { kind: "stored", policy };
    }
    default:
      throw new KwctlError(`Unknown scheme: ${scheme}`, { code: "KWCTL_POLICY_NOT_FOUND" });
  }
}

export function policyNotFound(url: string): KwctlError {
  return new KwctlError(`Cannot find policy with uri: ${url}`, { code: "KWCTL_POLICY_NOT_FOUND" });
}
