import { MAX_JSON_DEPTH } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { settingsFromYaml } from "./settings.ts";
import type { YamlMap, YamlValue } from "./yaml-value.ts";

// The entries of policies.yml (policy-server 2.1), as `readYaml` hands them over.

const MAX_U64 = 2n ** 64n - 1n;
const SECONDS = "a whole number of seconds, at least 1";

const Fields = v.pipe(
  v.map(v.string(), v.unknown(), "a map"),
  v.transform((map) => Object.fromEntries(map)),
);

const Settings = v.pipe(
  v.custom<YamlMap>((input) => input instanceof Map, "a map"),
  v.check((map) => depthOf(map) <= MAX_JSON_DEPTH, `at most ${MAX_JSON_DEPTH} levels`),
);

const ContextAwareResource = v.pipe(Fields, v.object({ apiVersion: v.string(), kind: v.string() }));

const policyMode = v.optional(v.picklist(["protect", "monitor"]), "protect");

/** What policies and members of groups have in common. */
const guestFields = {
  module: v.string(),
  settings: v.pipe(
    v.nullish(Settings, () => new Map()),
    v.transform(settingsFromYaml),
  ),
  contextAwareResources: v.optional(v.array(ContextAwareResource), []),
  timeoutEvalSeconds: orUndefined(
    v.pipe(v.bigint(SECONDS), v.minValue(1n, SECONDS), v.maxValue(MAX_U64, SECONDS), v.transform(Number)),
  ),
  hostCapabilities: v.optional(v.array(v.string()), []),
};

/**
 * Who the policy belongs to, as the controller writes it: of a policy for the whole cluster the namespace is empty. Other
 * shapes are ignored, as an unknown key is. A namespace such as `1` or `true` that lost its quotes is one.
 */
const namespaced = v.pipe(
  v.unknown(),
  v.transform(
    (name) =>
      name instanceof Map &&
      [name.get("Namespace"), name.get("namespace")].some((part) => (part ?? "") !== ""),
  ),
);

/** One policy. Unknown keys are ignored. */
export const PolicyEntry = v.pipe(
  Fields,
  v.object({
    ...guestFields,
    policyMode,
    allowedToMutate: v.nullish(v.boolean(), false),
    message: orUndefined(v.string()),
    namespacedName: v.optional(namespaced, false),
  }),
  v.transform(({ namespacedName, ...entry }) => ({
    kind: "policy" as const,
    ...entry,
    namespaced: namespacedName,
  })),
);
export type PolicyEntry = v.InferOutput<typeof PolicyEntry>;

/** One policy inside a group. Unknown keys are refused. */
export const PolicyMember = v.pipe(Fields, v.strictObject(guestFields));
export type PolicyMember = v.InferOutput<typeof PolicyMember>;

/** A group; its members keep the order of the file. Unknown keys are ignored. */
export const PolicyGroupEntry = v.pipe(
  Fields,
  v.object({
    policies: v.pipe(
      v.map(v.string(), PolicyMember, "a map"),
      v.transform((members) => Object.fromEntries(members)),
    ),
    expression: v.string(),
    message: v.string(),
    policyMode,
    namespacedName: v.optional(namespaced, false),
  }),
  v.transform(({ namespacedName, ...entry }) => ({
    kind: "group" as const,
    ...entry,
    namespaced: namespacedName,
  })),
);
export type PolicyGroupEntry = v.InferOutput<typeof PolicyGroupEntry>;

/** `null` counts as absent. */
function orUndefined<Schema extends v.GenericSchema>(schema: Schema) {
  return v.pipe(
    v.nullish(schema),
    v.transform((value) => value ?? undefined),
  );
}

/** Maps and lists inside of each other, the value itself counted. */
function depthOf(value: YamlValue): number {
  if (!(value instanceof Map || Array.isArray(value))) return 0;
  let deepest = 0;
  for (const inner of value.values()) deepest = Math.max(deepest, depthOf(inner));
  return deepest + 1;
}
