import * as v from "valibot";
import type { KindOf } from "../kinds.ts";
import type { KubernetesObject } from "../kubernetes-object.ts";
import { AnyObject, ask } from "./answer.ts";

export { type Access, type AccessQuestion, canI, type ResourceAttributes } from "./can-i.ts";

/** A kind of objects, and how much of each is wanted. */
export interface KindQuery<Kind extends string = string> {
  /** Like `v1` or `apps/v1`. */
  readonly apiVersion: string;
  readonly kind: Kind;
  /** Dot paths of the fields wanted, like `spec.replicas`; the host leaves the others out. All without it. */
  readonly fieldMasks?: readonly string[];
}

/** One object. */
export interface ObjectQuery<Kind extends string = string> extends KindQuery<Kind> {
  readonly name: string;
  /** Left out for kinds that are cluster-wide. */
  readonly namespace?: string;
  /** Whether the host must ask the cluster instead of answering from the last seconds; it need not by default. */
  readonly disableCache?: boolean;
}

/** Which objects of a kind are wanted. */
export interface ListQuery<Kind extends string = string> extends KindQuery<Kind> {
  /** Like `app=web,tier in (front, back)`. */
  readonly labelSelector?: string;
  /** Like `status.phase=Running`. */
  readonly fieldSelector?: string;
}

const ObjectList = v.object({ items: v.array(AnyObject) });

/**
 * An object of the cluster (`kubernetes/get_resource`). The policy's `contextAwareResources` must list its kind.
 * @throws {HostCallError} when it is not granted or there is no such object
 * @example host.kubernetes.get({ apiVersion: "v1", kind: "Namespace", name: "team-a" }).metadata?.labels
 */
export function get<Kind extends string>(query: ObjectQuery<Kind>): KindOf<Kind> {
  const { name, namespace, disableCache = false } = query;
  const payload = { ...kindOf(query), name, namespace, disable_cache: disableCache };
  const found = ask({ namespace: "kubernetes", operation: "get_resource" }, payload, AnyObject);
  return typed(found, query);
}

/**
 * The objects of one namespace (`kubernetes/list_resources_by_namespace`), in no particular order. The policy's
 * `contextAwareResources` must list their kind.
 * @throws {HostCallError} when it is not granted, or the kind is cluster-wide
 * @example host.kubernetes.list({ apiVersion: "v1", kind: "Service", namespace: "team-a" })
 */
export function list<Kind extends string>(
  query: ListQuery<Kind> & { readonly namespace: string },
): KindOf<Kind>[] {
  const payload = { ...selection(query), namespace: query.namespace };
  const operation = { namespace: "kubernetes", operation: "list_resources_by_namespace" };
  return ask(operation, payload, ObjectList).items.map((item) => typed(item, query));
}

/** As `list`, for all namespaces or a kind that is cluster-wide (`kubernetes/list_resources_all`). */
export function listAll<Kind extends string>(query: ListQuery<Kind>): KindOf<Kind>[] {
  const operation = { namespace: "kubernetes", operation: "list_resources_all" };
  return ask(operation, selection(query), ObjectList).items.map((item) => typed(item, query));
}

function kindOf({ apiVersion, kind, fieldMasks }: KindQuery) {
  return { api_version: apiVersion, kind, field_masks: fieldMasks };
}

function selection(query: ListQuery) {
  return { ...kindOf(query), label_selector: query.labelSelector, field_selector: query.fieldSelector };
}

/** Items of lists need not say what they are. The API server validated what the type says of them. */
function typed<Kind extends string>(object: KubernetesObject, query: KindQuery<Kind>): KindOf<Kind> {
  object.apiVersion ??= query.apiVersion;
  object.kind ??= query.kind;
  return object as KindOf<Kind>;
}
