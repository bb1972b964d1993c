import type { PolicyMetadata } from "@kubewarden-ts/protocol";
import { dataSegments } from "@kubewarden-ts/wasm";

/** Everything a host can do for a policy (policy-runtime 5.2). */
export const capabilities: readonly string[] = [
  "crypto/v1/is_certificate_trusted",
  "kubernetes/can_i",
  "kubernetes/get_resource",
  "kubernetes/list_resources_all",
  "kubernetes/list_resources_by_namespace",
  "net/v1/dns_lookup_host",
  "oci/v1/manifest_digest",
  "oci/v1/oci_manifest",
  "oci/v1/oci_manifest_config",
  "oci/v1/verify",
  "oci/v2/verify",
];

/**
 * Compares metadata with what a built file does. A file names only what it can reach: the bundler drops the rest.
 * @returns one line per finding
 */
export function checkPolicy(wasm: Uint8Array, metadata: PolicyMetadata): string[] {
  const used = usedTexts(wasm);
  return [...capabilityFindings(used, metadata.hostCapabilities ?? []), ...mutationFindings(used, metadata)];
}

type UsedTexts = (text: string) => boolean;

/** Tells whether a text stands in the file as a whole word: `oci_manifest` is none within `oci_manifest_config`. */
function usedTexts(wasm: Uint8Array): UsedTexts {
  const latin1 = new TextDecoder("latin1");
  const data = dataSegments(wasm)
    .map((segment) => latin1.decode(segment))
    .join("\n");
  return (text) => new RegExp(`(?<![\\w/])${text}(?![\\w/])`).test(data);
}

function capabilityFindings(used: UsedTexts, declared: readonly string[]): string[] {
  const calls = capabilities.filter((capability) => used(operationOf(capability)));
  const covers = (pattern: string, capability: string) =>
    pattern === capability || (pattern.endsWith("*") && capability.startsWith(pattern.slice(0, -1)));
  return [
    ...calls
      .filter((capability) => !declared.some((pattern) => covers(pattern, capability)))
      .map((capability) => `hostCapabilities: the policy uses ${capability}, which is not declared`),
    ...declared
      .filter((pattern) => !calls.some((capability) => covers(pattern, capability)))
      .map((pattern) => `hostCapabilities: ${pattern} is declared, but the policy does not use it`),
  ];
}

/** Without the namespace, which is a text of its own in the file. */
function operationOf(capability: string): string {
  return capability.slice(capability.indexOf("/") + 1);
}

function mutationFindings(used: UsedTexts, { mutating }: PolicyMetadata): string[] {
  const mutates = used("mutated_object");
  if (mutates === mutating) return [];
  return [
    mutating
      ? "mutating: is true, but the policy never calls mutate"
      : "mutating: is false, but the policy calls mutate",
  ];
}
