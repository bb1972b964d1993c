import * as v from "valibot";

const verbs = [
  "*",
  "create",
  "delete",
  "get",
  "list",
  "proxy",
  "update",
  "watch",
  "patch",
  "deletecollection",
] as const;

/** What service accounts must not be allowed to do. */
export const Rule = v.object({
  /** Without one, what is meant is everywhere in the cluster. */
  namespace: v.nullish(v.string()),
  apiGroups: v.array(v.string()),
  /** Such as `secrets` or `pods/exec`. */
  resources: v.array(v.string()),
  verbs: v.array(v.picklist(verbs)),
});
export type Rule = v.InferOutput<typeof Rule>;

/** One thing to do, of those a rule lists. */
export interface Combination {
  readonly namespace: string | undefined;
  readonly group: string;
  readonly resource: string;
  readonly verb: string;
}

/** All that a rule lists, in its order. */
export function combinationsOf(rule: Rule): Combination[] {
  const namespace = rule.namespace ?? undefined;
  return rule.apiGroups.flatMap((group) =>
    rule.resources.flatMap((resource) => rule.verbs.map((verb) => ({ namespace, group, resource, verb }))),
  );
}
