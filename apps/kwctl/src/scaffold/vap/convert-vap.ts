import { invalidInput } from "../../errors.ts";
import { exactYaml } from "../exact-yaml.ts";
import { celReads, type KubernetesKind } from "./cel-reads.ts";
import { convertRules } from "./convert-rules.ts";
import { allSelectors } from "./label-selectors.ts";
import type { ValidatingAdmissionPolicy, ValidatingAdmissionPolicyBinding } from "./vap-schema.ts";
import { conversionWarnings, isMonitor } from "./vap-warnings.ts";

export interface ConvertedPolicy {
  readonly resource: object;
  readonly warnings: readonly string[];
}

/**
 * Turns a ValidatingAdmissionPolicy and its binding into the ClusterAdmissionPolicy that does the same with the CEL
 * policy (kwctl-and-oci.md 7.5, policies-and-sdk.md 4.3).
 * @param module - the CEL policy, as it is to stand in the resource
 * @throws {KwctlError} `KWCTL_INPUT_INVALID` for what cannot be converted
 */
export function convertVap(
  policy: ValidatingAdmissionPolicy,
  binding: ValidatingAdmissionPolicyBinding,
  module: string,
): ConvertedPolicy {
  const { matchConstraints, failurePolicy, variables, validations, paramKind } = policy.spec;
  const { paramRef, matchResources, validationActions } = binding.spec;
  if (Boolean(paramKind) !== Boolean(paramRef)) {
    throw invalidInput("Both paramKind and paramRef must be present together, or both absent");
  }
  const reads = celReads(expressionsOf(policy));
  const kinds = unique([...(paramKind ? [paramKind] : []), ...reads.kinds]);
  const objectSelector = allSelectors([matchConstraints.objectSelector, matchResources?.objectSelector]);
  const namespaceSelector = allSelectors([
    matchResources?.namespaceSelector,
    matchConstraints.namespaceSelector,
  ]);
  const resource = {
    apiVersion: "policies.kubewarden.io/v1",
    kind: "ClusterAdmissionPolicy",
    metadata: exactYaml(binding.metadata),
    spec: {
      module,
      settings: present({ failurePolicy, variables, validations, paramKind, paramRef }),
      rules: convertRules(matchConstraints.resourceRules),
      mutating: false,
      ...(isMonitor(validationActions) && { mode: "monitor" }),
      ...(kinds.length > 0 && { contextAwareResources: kinds }),
      ...(matchConstraints.matchPolicy && { matchPolicy: matchConstraints.matchPolicy }),
      ...(namespaceSelector && { namespaceSelector }),
      ...(objectSelector && { objectSelector }),
    },
  };
  return { resource, warnings: conversionWarnings(policy, binding, reads) };
}

function expressionsOf({ spec }: ValidatingAdmissionPolicy): string[] {
  const validations = spec.validations ?? [];
  return [
    ...(spec.variables ?? []).map(({ expression }) => expression),
    ...validations.map(({ expression }) => expression),
    ...validations.flatMap(({ messageExpression }) => messageExpression ?? []),
  ];
}

function unique(kinds: readonly KubernetesKind[]): KubernetesKind[] {
  const byText = new Map(
    kinds.map(({ apiVersion, kind }) => [`${apiVersion} ${kind}`, { apiVersion, kind }]),
  );
  return [...byText.values()];
}

/** The members that are there, with their numbers as they were written. */
function present(members: Readonly<Record<string, unknown>>): object {
  const given = Object.entries(members).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(given.map(([key, value]) => [key, exactYaml(value)]));
}
