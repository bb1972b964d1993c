import { type LabelSelector, matchesLabels } from "@kubewarden-ts/api";
import type { ManifestObject } from "./manifest-object.ts";
import type { ObjectKind } from "./object-kinds.ts";

/** `spec.rules` of a policy. */
export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly resources: readonly string[];
  readonly operations: readonly string[];
  readonly scope: "Cluster" | "Namespaced" | "*";
}

/** Which requests a policy is asked about, as its webhook would say (controller.md 4.4). */
export interface PolicyScope {
  readonly rules: readonly PolicyRule[];
  readonly matchPolicy: "Equivalent" | "Exact";
  readonly objectSelector: LabelSelector;
  readonly namespaceSelector: LabelSelector;
  /** The namespace of a namespaced policy, which is asked about nothing else. */
  readonly namespace: string | undefined;
}

/** An object, and what is known of the cluster it is meant for. */
export interface ScannedObject {
  readonly object: ManifestObject;
  readonly kind: ObjectKind;
  /** Of the request: the namespace it is created in, of a Namespace its own name; none for other cluster-wide objects. */
  readonly namespace: string | undefined;
  /** `undefined` when the namespace is not among what is scanned. */
  readonly namespaceLabels: Readonly<Record<string, string>> | undefined;
}

/** What a match rests on besides facts. */
export interface MatchNotes {
  /** The namespace selector asks for labels that are not known: the policy is asked anyway. */
  readonly namespaceLabelsUnknown: boolean;
  /** A rule names another version of the kind: the API server would convert the object. */
  readonly otherVersion: boolean;
}

/**
 * Whether a policy is asked about the creation of an object. What is not known counts as a match: a scan is not to pass an
 * object that the cluster would reject.
 * @returns `undefined` when it is not
 */
export function matchPolicyScope(scope: PolicyScope, scanned: ScannedObject): MatchNotes | undefined {
  if (!matchesLabels(scope.objectSelector, scanned.object.labels)) return undefined;
  const namespaced = matchNamespace(scope, scanned);
  if (namespaced === undefined) return undefined;
  const versions = scope.rules.flatMap((rule) => matchRule(rule, scope.matchPolicy, scanned));
  if (versions.length === 0) return undefined;
  return {
    namespaceLabelsUnknown: namespaced === "unknown",
    otherVersion: versions.every((version) => version === "other"),
  };
}

function matchRule(
  { apiGroups, apiVersions, resources, operations, scope }: PolicyRule,
  matchPolicy: PolicyScope["matchPolicy"],
  { object, kind }: ScannedObject,
): ("same" | "other")[] {
  if (!has(operations, "CREATE") || !has(apiGroups, object.group)) return [];
  if (!resources.some((pattern) => namesResource(pattern, object, kind))) return [];
  if (scope !== "*" && kind.namespaced !== undefined && kind.namespaced !== (scope === "Namespaced"))
    return [];
  if (has(apiVersions, object.version)) return ["same"];
  return matchPolicy === "Equivalent" ? ["other"] : [];
}

function has(names: readonly string[], name: string): boolean {
  return names.includes("*") || names.includes(name);
}

/**
 * `pods`, `*`, and with the subresource `*`, which means the resource itself too. A plural that is a guess counts for all
 * that begins like the kind.
 */
function namesResource(
  pattern: string,
  object: Pick<ManifestObject, "kind">,
  { plural, isGuessed }: ObjectKind,
): boolean {
  const [resource = "", subresource = ""] = pattern.split("/");
  if (subresource !== "" && subresource !== "*") return false;
  if (resource === "*" || resource === plural) return true;
  return isGuessed && resource.startsWith(object.kind.toLowerCase().slice(0, -1));
}

/** As the API server: cluster-wide objects are not selected by namespace, except Namespaces, by their own labels. */
function matchNamespace(
  { namespace, namespaceSelector }: PolicyScope,
  scanned: ScannedObject,
): "yes" | "unknown" | undefined {
  if (namespace !== undefined) {
    // A policy of a namespace is never asked about what is cluster-wide.
    return scanned.kind.namespaced !== false && scanned.namespace === namespace ? "yes" : undefined;
  }
  if (scanned.namespace === undefined) return "yes";
  const name = { "kubernetes.io/metadata.name": scanned.namespace };
  if (scanned.namespaceLabels !== undefined) {
    return matchesLabels(namespaceSelector, { ...scanned.namespaceLabels, ...name }) ? "yes" : undefined;
  }
  const known = namespaceSelector.filter(({ key }) => Object.hasOwn(name, key));
  if (!matchesLabels(known, name)) return undefined;
  return known.length === namespaceSelector.length ? "yes" : "unknown";
}
