import { dataSegments } from "@kubewarden-ts/wasm";

/** Operations by namespace, as they stand in the strings of a module (kwctl-and-oci.md 6.3). */
const operations: Readonly<Record<string, readonly string[]>> = {
  crypto: ["v1/is_certificate_trusted"],
  kubernetes: ["can_i", "get_resource", "list_resources_all", "list_resources_by_namespace"],
  net: ["v1/dns_lookup_host"],
  oci: ["v1/manifest_digest", "v1/oci_manifest", "v1/oci_manifest_config", "v1/verify", "v2/verify"],
};

/** Operations that are the head of another one. */
const longer: Readonly<Record<string, string>> = { "v1/oci_manifest": "v1/oci_manifest_config" };

/** No text in UTF-8 holds this byte, so nothing is found across two segments. */
const separator = Buffer.from([0xff]);

/**
 * The host capabilities whose namespace and operation stand in a module's data, sorted.
 * @throws {WasmError} when the bytes are no module
 */
export function usedCapabilities(bytes: Uint8Array): string[] {
  const data = Buffer.concat(dataSegments(bytes).flatMap((segment) => [segment, separator]));
  return Object.entries(operations).flatMap(([namespace, names]) =>
    data.includes(namespace)
      ? names.filter((name) => occurs(data, name)).map((name) => `${namespace}/${name}`)
      : [],
  );
}

function occurs(data: Buffer, text: string): boolean {
  const other = longer[text];
  for (let at = data.indexOf(text); at >= 0; at = data.indexOf(text, at + 1)) {
    const isHead = other !== undefined && data.subarray(at, at + other.length).equals(Buffer.from(other));
    if (!isHead) return true;
  }
  return false;
}

/** What a module uses against what its metadata declares; `oci/*` declares all below. */
export interface CapabilityComparison {
  readonly undeclared: readonly string[];
  readonly undetected: readonly string[];
}

export function compareCapabilities(
  used: readonly string[],
  declared: readonly string[],
): CapabilityComparison {
  return {
    undeclared: used.filter((path) => !declared.some((pattern) => covers(pattern, path))),
    undetected: declared.filter((pattern) => !used.some((path) => covers(pattern, path))),
  };
}

function covers(pattern: string, path: string): boolean {
  return (
    pattern === path || pattern === "*" || (pattern.endsWith("/*") && path.startsWith(pattern.slice(0, -1)))
  );
}
