import * as v from "valibot";
import { defineCapability } from "../capability.ts";
import { connectedCluster } from "../cluster.ts";
import { optionalText } from "./kubernetes-input.ts";

const ResourceAttributes = v.object({
  resource: v.string(),
  verb: v.string(),
  group: optionalText,
  name: optionalText,
  namespace: optionalText,
  subresource: optionalText,
  version: optionalText,
});

const review = { user: v.string(), groups: v.nullish(v.array(v.string()), []) };
/** The Go SDK writes the attributes in Kubernetes' way. */
const Review = v.union([
  v.object({ ...review, resource_attributes: ResourceAttributes }),
  v.pipe(
    v.object({ ...review, resourceAttributes: ResourceAttributes }),
    v.transform(({ resourceAttributes, ...rest }) => ({ ...rest, resource_attributes: resourceAttributes })),
  ),
]);

/**
 * `kubernetes/can_i`: whether somebody may do something (policy-runtime 5.8). Whoever was granted it may ask about anybody
 * and any resource: the answer holds no object.
 */
export const canI = defineCapability({
  path: "kubernetes/can_i",
  input: v.object({ subject_access_review: Review, disable_cache: v.boolean() }),
  run({ subject_access_review, disable_cache: disableCache }, deps, signal) {
    const { user, groups, resource_attributes: attributes } = subject_access_review;
    const { resource, verb } = attributes;
    const resourceAttributes = {
      ...{ resource, verb },
      group: attributes.group ?? undefined,
      name: attributes.name ?? undefined,
      namespace: attributes.namespace ?? undefined,
      subresource: attributes.subresource ?? undefined,
      version: attributes.version ?? undefined,
    };
    const question = { user, groups: groups ?? [], resourceAttributes };
    return connectedCluster(deps).canI(question, { disableCache }, signal);
  },
});
