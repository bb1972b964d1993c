import { compareCodePoints } from "@kubewarden-ts/protocol";
import { type FieldError, invalid } from "../field-error.ts";
import { quoted } from "../quoted.ts";

/** What can be granted (controller.md 2.3). */
const capabilityPaths = [
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
] as const;

/** What is wrong with the host calls that namespaced policies are granted: paths, or `*` as the last part of one. */
export function capabilityErrors(patterns: readonly string[] = []): FieldError[] {
  return patterns.flatMap((pattern, index) => {
    const problem = problemOf(pattern);
    const field = `spec.namespacedPoliciesCapabilities[${index}]`;
    return problem === undefined ? [] : [invalid(field, pattern, problem)];
  });
}

function problemOf(pattern: string): string | undefined {
  if (pattern === "") return "capability must not be empty";
  const segments = pattern.split("/");
  const wildcard = segments.findIndex((segment) => segment.includes("*"));
  if (wildcard !== -1 && (wildcard < segments.length - 1 || segments.at(-1) !== "*")) {
    return 'wildcard "*" is only allowed as the last path segment (e.g. "oci/*" or "oci/v1/*")';
  }
  return walk(wildcard === -1 ? segments : segments.slice(0, -1), wildcard !== -1);
}

/** Follows the segments from the root on. */
function walk(segments: readonly string[], endsWithWildcard: boolean): string | undefined {
  let path = "";
  for (const segment of segments) {
    const below = segmentsBelow(path);
    if (below.length === 0) return complete(path);
    if (!below.includes(segment)) {
      return `unknown segment ${quoted(segment)}, valid options at this level are: ${below.join(", ")}`;
    }
    path = path === "" ? segment : `${path}/${segment}`;
  }
  const isLeaf = segmentsBelow(path).length === 0;
  if (endsWithWildcard) return isLeaf ? complete(path) : undefined;
  if (isLeaf) return undefined;
  return `${quoted(path)} is not a complete capability path; use ${quoted(`${path}/*`)} to allow all capabilities under it`;
}

function complete(path: string): string {
  return `${quoted(path)} is a complete capability path and cannot have further segments`;
}

function segmentsBelow(path: string): string[] {
  const prefix = path === "" ? "" : `${path}/`;
  const below = capabilityPaths
    .filter((each) => each.startsWith(prefix))
    .map((each) => each.slice(prefix.length).split("/", 1)[0] ?? "");
  return [...new Set(below)].toSorted(compareCodePoints);
}
