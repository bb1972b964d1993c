import type { AdmissionRequest } from "./admission-request.ts";
import type { KubernetesObject } from "./kubernetes-object.ts";
import type { PodSpec, PodTemplate } from "./workloads.ts";

/** Where the pod spec stands, by kind. */
const paths: ReadonlyMap<string, readonly string[]> = new Map([
  ["Deployment", ["spec", "template", "spec"]],
  ["ReplicaSet", ["spec", "template", "spec"]],
  ["StatefulSet", ["spec", "template", "spec"]],
  ["DaemonSet", ["spec", "template", "spec"]],
  ["ReplicationController", ["spec", "template", "spec"]],
  ["Job", ["spec", "template", "spec"]],
  ["CronJob", ["spec", "jobTemplate", "spec", "template", "spec"]],
  ["Pod", ["spec"]],
]);

/** The object is of another kind than a policy can read, or not of the shape its kind has. */
export class UnreadableObjectError extends Error {
  override readonly name = "UnreadableObjectError";
}

/**
 * What a pod spec is looked for in: a request, whose `kind` decides, or an object, whose own `kind` decides.
 * Null and undefined are the object of a DELETE request.
 */
export type PodSpecSource = AdmissionRequest | KubernetesObject | null | undefined;

/**
 * The pod spec of a Pod or of any workload, as a reference into the object: editing it edits the object.
 * @returns `undefined` for other kinds, and when a template or spec is missing
 * @throws {UnreadableObjectError} when something on the way to the spec is not an object
 */
export function podSpecOf(source: PodSpecSource): PodSpec | undefined {
  const { kind, object } = kindAndObject(source);
  const path = kind === undefined ? undefined : paths.get(kind);
  return path === undefined || object == null ? undefined : walk(object, path);
}

/**
 * As `podSpecOf`, for policies that must not pass over what they cannot read.
 * @returns `undefined` only when a template or spec is missing
 * @throws {UnreadableObjectError} also when there is no object, or it is of another kind
 */
export function requirePodSpec(source: PodSpecSource): PodSpec | undefined {
  const { kind, object } = kindAndObject(source);
  const path = kind === undefined ? undefined : paths.get(kind);
  if (path === undefined) {
    throw new UnreadableObjectError(`Object should be one of these kinds: ${[...paths.keys()].join(", ")}`);
  }
  if (object === null || typeof object !== "object")
    throw new UnreadableObjectError("the request has no object");
  if (Array.isArray(object)) throw new UnreadableObjectError("the object is a list");
  if (typeof object.kind === "string" && object.kind !== kind) {
    throw new UnreadableObjectError(`the request says ${kind}, its object ${object.kind}`);
  }
  return walk(object, path);
}

/** Whether the kind is that of a Pod or workload. */
export function hasPodSpec(source: PodSpecSource): boolean {
  const { kind } = kindAndObject(source);
  return kind !== undefined && paths.has(kind);
}

/**
 * As `requirePodSpec`, for what holds metadata and pod spec: the template of a workload, a Pod itself.
 * @returns `undefined` only when a template is missing
 */
export function requirePodTemplate(source: PodSpecSource): PodTemplate | undefined {
  requirePodSpec(source);
  const { kind = "", object } = kindAndObject(source);
  return walk(object ?? {}, paths.get(kind)?.slice(0, -1) ?? []);
}

function kindAndObject(source: PodSpecSource): { kind?: string; object?: KubernetesObject | null } {
  if (source == null) return {};
  if (isRequest(source)) return { kind: source.kind.kind, object: source.object ?? null };
  return { object: source, ...(typeof source.kind === "string" ? { kind: source.kind } : {}) };
}

/** The `kind` of a request is a group, version and kind; that of an object is a string. */
function isRequest(source: AdmissionRequest | KubernetesObject): source is AdmissionRequest {
  return typeof source.kind === "object" && source.kind !== null;
}

function walk<Found extends PodSpec | PodTemplate>(
  object: object,
  path: readonly string[],
): Found | undefined {
  let current: unknown = object;
  for (const [index, name] of path.entries()) {
    current = Reflect.get(Object(current), name);
    if (current == null) return undefined;
    if (typeof current !== "object" || Array.isArray(current)) {
      throw new UnreadableObjectError(`${path.slice(0, index + 1).join(".")}: expected an object`);
    }
  }
  return current as Found; // nothing is decoded: see KubernetesObject
}
