import { compareCapabilities, usedCapabilities } from "@kubewarden-ts/host-capabilities";
import type { PolicyMetadata } from "@kubewarden-ts/protocol";
import { dataSegments } from "@kubewarden-ts/wasm";

/**
 * Compares metadata with what a built file does. A file names only what it can reach: the bundler drops the rest.
 * @returns one line per finding
 */
export function checkPolicy(wasm: Uint8Array, metadata: PolicyMetadata): string[] {
  return [...capabilityFindings(wasm, metadata), ...mutationFindings(wasm, metadata)];
}

function capabilityFindings(wasm: Uint8Array, { hostCapabilities = [] }: PolicyMetadata): string[] {
  const { undeclared, undetected } = compareCapabilities(usedCapabilities(wasm), hostCapabilities);
  return [
    ...undeclared.map((path) => `hostCapabilities: the policy uses ${path}, which is not declared`),
    ...undetected.map((path) => `hostCapabilities: ${path} is declared, but the policy does not use it`),
  ];
}

function mutationFindings(wasm: Uint8Array, { mutating }: PolicyMetadata): string[] {
  const latin1 = new TextDecoder("latin1");
  const mutates = dataSegments(wasm).some((segment) => latin1.decode(segment).includes("mutated_object"));
  if (mutates === mutating) return [];
  return [
    mutating
      ? "mutating: is true, but the policy never calls mutate"
      : "mutating: is false, but the policy calls mutate",
  ];
}
