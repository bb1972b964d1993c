import * as v from "valibot";
import { defineCapability } from "../capability.ts";
import { connectedCluster } from "../cluster.ts";
import { fieldMasks, optionalText, reference, resource } from "./kubernetes-input.ts";

/** `kubernetes/get_resource`: one object (policy-runtime 5.8). */
export const getResource = defineCapability({
  path: "kubernetes/get_resource",
  input: v.object({
    ...resource,
    name: v.string(),
    namespace: optionalText,
    disable_cache: v.boolean(),
    field_masks: fieldMasks,
  }),
  resourceOf: reference,
  run(input, deps, signal) {
    const { name, namespace, disable_cache: disableCache, field_masks } = input;
    const wanted = { name, namespace: namespace ?? undefined, disableCache, fieldMasks: field_masks ?? [] };
    return connectedCluster(deps).get(reference(input), wanted, signal);
  },
});
