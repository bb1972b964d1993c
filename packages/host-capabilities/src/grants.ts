import { CapabilityError } from "./errors.ts";
import { callableCapabilities } from "./table.ts";

/** Which capabilities a policy was granted. Plain data: it may cross threads. */
export type CapabilityGrants =
  | { readonly kind: "all" }
  /** Valid patterns: `oci/v1/verify`, `oci/*`; none denies everything that can be denied. */
  | { readonly kind: "patterns"; readonly patterns: readonly string[] };

/**
 * Reads the list `hostCapabilities` of a policy (policy-server 9). Blanks around a pattern do not count, and what
 * follows a `*` is not looked at.
 * @throws {CapabilityError} `CAPABILITY_PATTERN_INVALID`
 * @example parseCapabilityPatterns(["oci/*", "kubernetes/can_i"])
 */
export function parseCapabilityPatterns(patterns: readonly string[]): CapabilityGrants {
  const granted: string[] = [];
  for (const written of patterns) {
    const pattern = written.trim();
    if (pattern === "*") return { kind: "all" };
    checkPattern(pattern);
    granted.push(pattern);
  }
  return { kind: "patterns", patterns: granted };
}

/** @param path - `<namespace>/<operation>` */
export function isGranted(grants: CapabilityGrants, path: string): boolean {
  return grants.kind === "all" || grants.patterns.some((pattern) => matches(pattern, path));
}

/** As logs show it: `[*]`, `[]`, `[oci/*, kubernetes/can_i]`. */
export function formatGrants(grants: CapabilityGrants): string {
  return `[${grants.kind === "all" ? "*" : grants.patterns.join(", ")}]`;
}

/** Whether a policy with these grants can ever make a call that waits: everything granted does. */
export function mayWait(grants: CapabilityGrants): boolean {
  return grants.kind === "all" || grants.patterns.length > 0;
}

/**
 * Which of the capabilities that a module says it uses were not granted. What does not exist is no finding here.
 * @param declared - patterns, of the module's metadata
 */
export function notGranted(declared: readonly string[], grants: CapabilityGrants): string[] {
  const served = callableCapabilities.filter(({ kind }) => kind === "served");
  return declared.filter((pattern) =>
    served.some(({ path }) => (pattern === "*" || matches(pattern, path)) && !isGranted(grants, path)),
  );
}

function matches(pattern: string, path: string): boolean {
  return pattern.endsWith("/*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern;
}

function checkPattern(pattern: string): void {
  if (pattern === "") throw invalid("invalid pattern: pattern must not be empty");
  const segments = pattern.split("/");
  if (segments.some((segment, index) => isMisplacedWildcard(segment, index === segments.length - 1))) {
    throw invalid(
      `invalid pattern "${pattern}": wildcard '*' must be the entire last path segment (e.g. 'oci/*'), not a partial match`,
    );
  }
  checkSegments(pattern, segments);
}

function isMisplacedWildcard(segment: string, last: boolean): boolean {
  return segment.includes("*") && !(last && segment === "*");
}

function checkSegments(pattern: string, segments: readonly string[]): void {
  for (const [depth, segment] of segments.entries()) {
    const options = segmentsUnder(segments.slice(0, depth));
    if (segment === "*" && options.length > 0) return;
    if (!options.includes(segment)) {
      throw invalid(
        `invalid pattern "${pattern}": unknown segment "${segment}", valid options at this level are: ${options.join(", ")}`,
      );
    }
  }
  if (segmentsUnder(segments).length === 0) return;
  throw invalid(
    `invalid pattern "${pattern}": not a complete capability path; use "${pattern}/*" to allow all capabilities under it`,
  );
}

/** What may follow these segments, sorted. Local capabilities are no option: nobody has to grant them. */
function segmentsUnder(parents: readonly string[]): string[] {
  const paths = callableCapabilities
    .filter(({ kind }) => kind === "served")
    .map(({ path }) => path.split("/"));
  const below = paths.filter((path) => parents.every((segment, index) => path[index] === segment));
  const next = below.map((path) => path[parents.length]).filter((segment) => segment !== undefined);
  return [...new Set(next)].sort();
}

function invalid(message: string): CapabilityError {
  return new CapabilityError(message, { code: "CAPABILITY_PATTERN_INVALID" });
}
