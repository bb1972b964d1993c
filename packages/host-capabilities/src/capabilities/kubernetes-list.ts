import * as v from "valibot";
import { type CapabilityAnswer, defineCapability, jsonAnswer } from "../capability.ts";
import { type ClusterDeps, connectedCluster, type ObjectSelection } from "../cluster.ts";
import { fieldMasks, optionalText, type ResourceInput, reference, resource } from "./kubernetes-input.ts";

// policy-runtime 5.8

const selection = {
  label_selector: optionalText,
  field_selector: optionalText,
  field_masks: fieldMasks,
};
const ListAll = v.object({ ...resource, ...selection });
type ListAll = v.InferOutput<typeof ListAll> & {
  /** Set by the worker, never by a guest: the version it has, which need not be sent again. */
  readonly known_version?: number | undefined;
};

/** `kubernetes/list_resources_by_namespace`: the objects of one namespace, as a List. */
export const listResourcesByNamespace = defineCapability({
  path: "kubernetes/list_resources_by_namespace",
  input: v.object({ ...resource, namespace: v.string(), ...selection }),
  resourceOf: reference,
  run: (input, deps, signal) => list(input, input.namespace, deps, signal),
});

/** `kubernetes/list_resources_all`: the objects of all namespaces, or of a kind that has none. */
export const listResourcesAll = defineCapability({
  path: "kubernetes/list_resources_all",
  input: ListAll,
  resourceOf: reference,
  run: (input, deps, signal) => list(input, undefined, deps, signal),
});

/** Whether what `list_resources_all` answered at a time is still so: a JSON boolean. */
export const listResourcesAllChangedSince = defineCapability({
  path: "kubernetes/list_resources_all_changed_since",
  kind: "internal",
  input: v.object({ ...ListAll.entries, since_ms: v.number() }),
  resourceOf: reference,
  async run(input, deps, signal) {
    const selection = selectionOf(input, undefined);
    const { since_ms: sinceMs } = input;
    return jsonAnswer(
      await connectedCluster(deps).hasChangedSince(reference(input), selection, sinceMs, signal),
    );
  },
});

/** The name of a kind in paths, `pods` for instance: a JSON string. */
export const resourcePluralName = defineCapability({
  path: "kubernetes/resource_plural_name",
  kind: "internal",
  input: v.object(resource),
  resourceOf: reference,
  async run(input: ResourceInput, deps, signal) {
    return jsonAnswer(await connectedCluster(deps).pluralName(reference(input), signal));
  },
});

async function list(
  input: ListAll,
  namespace: string | undefined,
  deps: ClusterDeps,
  signal: AbortSignal | undefined,
): Promise<CapabilityAnswer> {
  const selection = selectionOf(input, namespace);
  const found = await connectedCluster(deps).list(reference(input), selection, signal);
  const { version, asOfMs, stamp } = found;
  const bytes = version === input.known_version ? undefined : found.bytes;
  return { bytes, version, asOfMs, validity: stamp && { kind: "stamp", stamp } };
}

function selectionOf(
  { label_selector, field_selector, field_masks }: ListAll,
  namespace: string | undefined,
): ObjectSelection {
  return {
    namespace,
    labelSelector: label_selector ?? undefined,
    fieldSelector: field_selector ?? undefined,
    fieldMasks: field_masks ?? [],
  };
}
