import * as v from "valibot";
import { ask } from "./answer.ts";

/** What somebody wants to do to which resource, as RBAC names it. */
export interface ResourceAttributes {
  /** Plural, like `pods`; `*` for all. */
  readonly resource: string;
  /** Like `get` or `create`; `*` for all. */
  readonly verb: string;
  /** Left out for the core group. */
  readonly group?: string;
  readonly version?: string;
  readonly subresource?: string;
  /** Left out for all objects. */
  readonly name?: string;
  /** Left out for all namespaces, and for resources that are cluster-wide. */
  readonly namespace?: string;
}

export interface AccessQuestion {
  /** Like `system:serviceaccount:team-a:builder`. */
  readonly user: string;
  readonly groups?: readonly string[];
  readonly resourceAttributes: ResourceAttributes;
  /** Whether the host must ask the cluster instead of answering from the last seconds; it need not by default. */
  readonly disableCache?: boolean;
}

const Answer = v.object({
  allowed: v.boolean(),
  denied: v.nullish(v.boolean()),
  reason: v.nullish(v.string()),
  evaluationError: v.nullish(v.string()),
});

/** What the cluster says of a question about access. */
export type Access = v.InferOutput<typeof Answer>;

/**
 * Whether somebody may do something to a resource (`kubernetes/can_i`).
 * @throws {HostCallError} when the question is not granted or cannot be answered
 * @example host.kubernetes.canI({ user: "jane", resourceAttributes: { resource: "pods", verb: "delete" } }).allowed
 */
export function canI({ user, groups, resourceAttributes, disableCache = false }: AccessQuestion): Access {
  const { resource, verb, group, version, subresource, name, namespace } = resourceAttributes;
  const attributes = { resource, verb, group, version, subresource, name, namespace };
  const payload = {
    subject_access_review: { user, groups, resource_attributes: attributes },
    disable_cache: disableCache,
  };
  return ask({ namespace: "kubernetes", operation: "can_i" }, payload, Answer);
}
