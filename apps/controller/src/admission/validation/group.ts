import type { AdmissionPolicyGroup, ClusterAdmissionPolicyGroup } from "@kubewarden-ts/api/policies";
import { compareCodePoints } from "@kubewarden-ts/protocol";
import { type FieldError, forbidden, invalid, required } from "../field-error.ts";
import { groupExpressionErrors } from "./group-expression.ts";
import { memberTimeoutErrors } from "./timeouts.ts";

export type Group = AdmissionPolicyGroup | ClusterAdmissionPolicyGroup;

const memberName = /^[_a-zA-Z][_a-zA-Z0-9]*$/;
const reserved: ReadonlySet<string> = new Set(
  "true false null in as break const continue else for function if import let loop package namespace return var void while".split(
    " ",
  ),
);

/** What is wrong with what groups have and policies have not (controller.md 2.3). Members go by their names. */
export function groupErrors({ spec }: Group): FieldError[] {
  const { policies, expression, message, timeoutSeconds } = spec;
  const members = Object.entries(policies).toSorted(([a], [b]) => compareCodePoints(a, b));
  const timeouts = members.map(([name, member]) => [name, member.timeoutEvalSeconds] as const);
  const names = members.map(([name]) => name);
  return [
    ...(members.length === 0
      ? [required("spec.policies", "policy groups must have at least one policy member")]
      : []),
    ...names.filter((name) => !isMemberName(name)).map(nameError),
    ...memberTimeoutErrors(timeouts, timeoutSeconds),
    ...groupExpressionErrors(expression, names),
    ...(message === "" ? [required("spec.message", "must be non-empty")] : []),
  ];
}

/**
 * What upstream lets pass: a member without a module, which no policy server can load, and one of a namespaced group that
 * would read from the cluster.
 */
export function memberErrors({ kind, spec }: Group): FieldError[] {
  return Object.entries(spec.policies)
    .toSorted(([a], [b]) => compareCodePoints(a, b))
    .flatMap(([name, member]) => [
      ...(member.module.trim() === ""
        ? [required(`spec.policies[${name}].module`, "must be non-empty")]
        : []),
      ...(kind === "AdmissionPolicyGroup" && "contextAwareResources" in member
        ? [
            forbidden(
              `spec.policies[${name}].contextAwareResources`,
              "only cluster-wide groups can read resources",
            ),
          ]
        : []),
    ]);
}

function isMemberName(name: string): boolean {
  return memberName.test(name) && !reserved.has(name);
}

function nameError(name: string): FieldError {
  return invalid("spec.policies", name, "policy group member name is invalid");
}
