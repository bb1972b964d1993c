import {
  type AdmissionPolicy,
  type AdmissionPolicyGroup,
  type ClusterAdmissionPolicy,
  type ClusterAdmissionPolicyGroup,
  type ContextAwareResource,
  isClusterwide,
  isGroup,
  type Policy,
  type PolicyServer,
  uniqueName,
} from "@kubewarden-ts/api/policies";
import { byAge } from "../policy/policies-of-unique-name.ts";
import { tooDeepSettings } from "../policy/settings-depth.ts";
import { entriesThatDoNotFit } from "./fitting-entries.ts";
import { type GoStruct, goJson, goStruct } from "./go-json.ts";
import { sourcesJson } from "./sources-json.ts";

/** What a policy brings to `policies.yml`, or why it brings nothing. */
export type ConfiguredPolicy =
  | { readonly kind: "entry"; readonly unique: string; readonly entry: GoStruct }
  | { readonly kind: "left-out"; readonly unique: string; readonly problem: string };

type Fields = Readonly<Record<string, unknown>>;
type SinglePolicy = ClusterAdmissionPolicy | AdmissionPolicy;
type GroupPolicy = ClusterAdmissionPolicyGroup | AdmissionPolicyGroup;

/** All values of a ConfigMap together, in bytes: the API server takes no more. */
const maxConfigMapBytes = 1024 * 1024;

/**
 * What each policy of a server is in its `policies.yml`. A policy that would make the file unreadable for all the others
 * is left out, of two with the same unique name the younger one (controller.md 4.3, 14), and what does not fit into the
 * ConfigMap, see {@link entriesThatDoNotFit}.
 * @param policies - in any order, those that are being deleted too
 */
export function configuredPolicies(policies: readonly Policy[], server: PolicyServer): ConfiguredPolicy[] {
  const taken = new Set<string>();
  const configured = policies.toSorted(byAge).map((policy): Configured => {
    const unique = uniqueName(policy);
    const { namespace } = policy.metadata;
    const problem = taken.has(unique) ? "an older policy has the same unique name" : problemOf(policy);
    if (problem !== undefined) return { kind: "left-out", unique, problem, namespace };
    taken.add(unique);
    return { kind: "entry", unique, entry: entryOf(policy, server), namespace };
  });
  return withoutSurplus(configured, maxConfigMapBytes - Buffer.byteLength(sourcesJson(server)));
}

type Configured = ConfiguredPolicy & { readonly namespace: string | undefined };

function withoutSurplus(configured: readonly Configured[], maxBytes: number): ConfiguredPolicy[] {
  const sized = configured
    .filter((each) => each.kind === "entry")
    // with the comma; the braces around all are two bytes, a comma less than there are entries
    .map(({ unique, namespace, entry }) => {
      return { unique, namespace, bytes: Buffer.byteLength(goJson({ [unique]: entry })) - 1 };
    });
  const surplus = entriesThatDoNotFit(sized, maxBytes - 1);
  return configured.map(({ namespace: _, ...each }) => {
    if (each.kind === "left-out" || !surplus.has(each.unique)) return each;
    const problem = "the policies of the server do not fit into its ConfigMap: make settings smaller";
    return { kind: "left-out", unique: each.unique, problem };
  });
}

/** The bytes of `policies.yml` (controller.md 3.3): the same for the same policies, in whatever order they come. */
export function policiesJson(policies: readonly Policy[], server: PolicyServer): string {
  const entries = configuredPolicies(policies, server).filter((each) => each.kind === "entry");
  return goJson(Object.fromEntries(entries.map(({ unique, entry }) => [unique, entry])));
}

/** For people: which policies are not in `policies.yml`, and why. */
export function leftOutPolicies(policies: readonly Policy[], server: PolicyServer): string[] {
  return configuredPolicies(policies, server)
    .filter((each) => each.kind === "left-out")
    .map(({ unique, problem }) => `${unique} (${problem})`);
}

function problemOf(policy: Policy): string | undefined {
  const [deep] = tooDeepSettings(policy);
  if (deep !== undefined) return `${deep} is nested too deep`;
  if (!isGroup(policy)) return policy.spec.module === "" ? "spec.module is empty" : undefined;
  const members = Object.entries(policy.spec.policies);
  if (members.length === 0) return "spec.policies is empty";
  const without = members.find(([, { module }]) => module === "");
  return without === undefined ? undefined : `spec.policies.${without[0]}.module is empty`;
}

function entryOf(policy: Policy, { spec: { namespacedPoliciesCapabilities } }: PolicyServer): GoStruct {
  const hostCapabilities = (isClusterwide(policy) ? undefined : namespacedPoliciesCapabilities) ?? ["*"];
  const { name, namespace = "" } = policy.metadata;
  const namespacedName = goStruct({ Namespace: namespace, Name: name });
  const fields = isGroup(policy)
    ? groupFields(policy, hostCapabilities)
    : singleFields(policy, hostCapabilities);
  return goStruct({ namespacedName, ...fields });
}

function singleFields(policy: SinglePolicy, hostCapabilities: readonly string[]): Fields {
  const { spec } = policy;
  const resources = isClusterwide(policy) ? policy.spec.contextAwareResources : undefined;
  return {
    module: spec.module,
    policyMode: spec.mode,
    allowedToMutate: spec.mutating,
    contextAwareResources: structs(resources),
    settings: spec.settings ?? null,
    message: spec.message || undefined,
    timeoutEvalSeconds: spec.timeoutEvalSeconds || undefined,
    hostCapabilities,
  };
}

function groupFields(policy: GroupPolicy, hostCapabilities: readonly string[]): Fields {
  const { spec } = policy;
  const members = Object.entries(spec.policies).map(([name, member]) => {
    const resources = isClusterwide(policy) ? policy.spec.policies[name]?.contextAwareResources : undefined;
    const fields = {
      module: member.module,
      settings: member.settings ?? null,
      contextAwareResources: structs(resources),
      timeoutEvalSeconds: member.timeoutEvalSeconds || undefined,
      hostCapabilities,
    };
    return [name, goStruct(fields)];
  });
  return {
    policyMode: spec.mode,
    policies: Object.fromEntries(members),
    expression: spec.expression,
    message: spec.message,
  };
}

/** Left out when there are none. */
function structs(resources: readonly ContextAwareResource[] = []): GoStruct[] | undefined {
  if (resources.length === 0) return undefined;
  return resources.map(({ apiVersion, kind }) => goStruct({ apiVersion, kind }));
}
