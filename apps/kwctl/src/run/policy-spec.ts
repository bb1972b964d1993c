import type {
  PolicyEntry,
  PolicyGroupEntry,
  PolicyMember,
  SettingsValue,
} from "@kubewarden-ts/policy-evaluation";
import { JsonObject, schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { invalidInput } from "../errors.ts";
import { toSettings } from "./settings.ts";

export const policyKinds = [
  "AdmissionPolicy",
  "ClusterAdmissionPolicy",
  "AdmissionPolicyGroup",
  "ClusterAdmissionPolicyGroup",
] as const;
export type PolicyKind = (typeof policyKinds)[number];

/** Settings are checked apart: their message is a contract. */
const AnySettings = v.custom<SettingsValue | undefined>(() => true);

const ContextAwareResource = v.pipe(JsonObject, v.object({ apiVersion: v.string(), kind: v.string() }));

const guestFields = {
  module: v.string(),
  settings: v.optional(AnySettings),
  contextAwareResources: v.nullish(v.array(ContextAwareResource), () => []),
};
const Guest = v.pipe(JsonObject, v.object(guestFields));
const mode = v.nullish(v.picklist(["protect", "monitor"]), "protect");

const PolicySpec = v.pipe(
  JsonObject,
  v.object({ ...guestFields, mode, mutating: v.nullish(v.boolean(), false), message: v.nullish(v.string()) }),
);

const PolicyGroupSpec = v.pipe(
  JsonObject,
  v.object({
    policies: v.pipe(JsonObject, v.record(v.string(), Guest)),
    expression: v.string(),
    message: v.string(),
    mode,
  }),
);

export interface SpecOwner {
  readonly kind: PolicyKind;
  /** Name of the resource, for messages. */
  readonly id: string;
  readonly hostCapabilities: readonly string[];
}

/**
 * Makes of the `spec` of a custom resource what a server's policies file would hold for it. Namespaced policies get no
 * access to Kubernetes resources.
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` naming every field that is wrong
 */
export function policyFromSpec(spec: unknown, owner: SpecOwner): PolicyEntry | PolicyGroupEntry {
  const namespaced = !owner.kind.startsWith("Cluster");
  switch (owner.kind) {
    case "AdmissionPolicy":
    case "ClusterAdmissionPolicy": {
      const { mode, mutating, message, ...guest } = parseSpec(PolicySpec, spec, owner);
      const rest = { policyMode: mode, allowedToMutate: mutating, message: message ?? undefined, namespaced };
      return { kind: "policy", ...memberOf(guest, owner), ...rest };
    }
    case "AdmissionPolicyGroup":
    case "ClusterAdmissionPolicyGroup": {
      const { mode, policies, expression, message } = parseSpec(PolicyGroupSpec, spec, owner);
      const members = Object.entries(policies).map(([name, guest]): [string, PolicyMember] => [
        name,
        memberOf(guest, owner),
      ]);
      const rest = { expression, message, policyMode: mode, namespaced };
      return { kind: "group", policies: Object.fromEntries(members), ...rest };
    }
  }
}

function memberOf(guest: v.InferOutput<typeof Guest>, { kind, hostCapabilities }: SpecOwner): PolicyMember {
  const { module, settings, contextAwareResources } = guest;
  return {
    module,
    settings: toSettings(settings),
    contextAwareResources: kind.startsWith("Cluster") ? contextAwareResources : [],
    timeoutEvalSeconds: undefined,
    hostCapabilities: [...hostCapabilities],
  };
}

function parseSpec<Schema extends v.GenericSchema>(
  schema: Schema,
  spec: unknown,
  { kind, id }: SpecOwner,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, spec);
  if (result.success) return result.output;
  throw invalidInput(`invalid spec of ${kind} '${id}': ${schemaProblems(result.issues).join(", ")}`);
}
