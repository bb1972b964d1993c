import { LabelSelectorError, readLabelSelector } from "@kubewarden-ts/api";
import type { Policy } from "@kubewarden-ts/api/policies";
import { type FieldError, forbidden, invalid, notSupported } from "../field-error.ts";

const supported = {
  failurePolicy: ["Fail", "Ignore"],
  matchPolicy: ["Equivalent", "Exact"],
  sideEffects: ["None", "NoneOnDryRun"],
} as const;
const operations = ["*", "CONNECT", "CREATE", "DELETE", "UPDATE"];
const scopes = ["*", "Cluster", "Namespaced"];

/**
 * Values with which the API server would refuse the policy's webhook: upstream lets them pass, and such a policy never
 * becomes active (controller.md 14).
 */
export function webhookValueErrors({ spec }: Policy): FieldError[] {
  const fields = (["failurePolicy", "matchPolicy", "sideEffects"] as const).flatMap((name) =>
    valueError(`spec.${name}`, spec[name], supported[name]),
  );
  const rules = spec.rules.flatMap((rule, index) => [
    ...(rule.operations ?? [])
      .filter((operation) => operation !== "")
      .flatMap((operation, at) =>
        valueError(`spec.rules[${index}].operations[${at}]`, operation, operations),
      ),
    ...valueError(`spec.rules[${index}].scope`, rule.scope, scopes),
  ]);
  const namespaces = "namespaceSelector" in spec ? spec.namespaceSelector : undefined;
  return [
    ...fields,
    ...rules,
    ...selectorErrors("spec.objectSelector", spec.objectSelector),
    ...selectorErrors("spec.namespaceSelector", namespaces),
  ];
}

/** What a policy of a namespace may not ask for: nobody could give it (CVE-2025-24784). */
export function clusterFieldErrors({ kind, spec }: Policy): FieldError[] {
  if (kind !== "AdmissionPolicy" || !("contextAwareResources" in spec)) return [];
  return [forbidden("spec.contextAwareResources", "only cluster-wide policies can read resources")];
}

function valueError(field: string, value: string | undefined, values: readonly string[]): FieldError[] {
  return value === undefined || values.includes(value) ? [] : [notSupported(field, value, values)];
}

function selectorErrors(field: string, selector: unknown): FieldError[] {
  try {
    readLabelSelector(selector ?? {});
    return [];
  } catch (error) {
    if (error instanceof LabelSelectorError) return [invalid(field, JSON.stringify(selector), error.message)];
    throw error;
  }
}
