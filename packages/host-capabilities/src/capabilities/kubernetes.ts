import * as v from "valibot";
import { notAvailableYet, type ResourceReference } from "../capability.ts";

// policy-runtime 5.8. Guests send `null` for options they leave out.

const resource = { api_version: v.string(), kind: v.string() };
const fieldMasks = v.nullish(v.array(v.string()));
const selectors = {
  label_selector: v.nullish(v.string()),
  field_selector: v.nullish(v.string()),
  field_masks: fieldMasks,
};

export const listResourcesByNamespace = notAvailableYet({
  path: "kubernetes/list_resources_by_namespace",
  input: v.object({ ...resource, namespace: v.string(), ...selectors }),
  resourceOf: reference,
});

export const listResourcesAll = notAvailableYet({
  path: "kubernetes/list_resources_all",
  input: v.object({ ...resource, ...selectors }),
  resourceOf: reference,
});

export const getResource = notAvailableYet({
  path: "kubernetes/get_resource",
  input: v.object({
    ...resource,
    name: v.string(),
    namespace: v.nullish(v.string()),
    disable_cache: v.boolean(),
    field_masks: fieldMasks,
  }),
  resourceOf: reference,
});

/** Any policy that was granted it may ask about any resource: its answer holds no object. */
export const canI = notAvailableYet({ path: "kubernetes/can_i", input: v.unknown() });

function reference({ api_version, kind }: { api_version: string; kind: string }): ResourceReference {
  return { apiVersion: api_version, kind };
}
