import { dataSegments } from "@kubewarden-ts/wasm";
import { tracingLog } from "./capabilities/tracing-log.ts";
import { callableCapabilities } from "./table.ts";

/** Paths of everything that has to be granted, sorted. */
const paths = callableCapabilities
  .map(({ path }) => path)
  .filter((path) => path !== tracingLog.path)
  .sort();

/** No text in UTF-8 holds this byte, so nothing is found across two segments. */
const separator = Buffer.from([0xff]);

/**
 * The host capabilities whose namespace and operation stand in a module's data, sorted.
 * @throws {WasmError} when the bytes are no module
 */
export function usedCapabilities(bytes: Uint8Array): string[] {
  const data = Buffer.concat(dataSegments(bytes).flatMap((segment) => [segment, separator]));
  return paths.filter((path) => {
    const [namespace = "", ...operation] = path.split("/");
    return data.includes(namespace) && occurs(data, operation.join("/"));
  });
}

/** Whether an operation occurs otherwise than as the head of a longer one, as `v1/oci_manifest` is. */
function occurs(data: Buffer, operation: string): boolean {
  const longer = paths
    .map((path) => path.slice(path.indexOf("/") + 1))
    .filter((other) => other !== operation && other.startsWith(operation));
  for (let at = data.indexOf(operation); at >= 0; at = data.indexOf(operation, at + 1)) {
    const isHead = longer.some((other) => data.subarray(at, at + other.length).equals(Buffer.from(other)));
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
