import { matchesLabels } from "@kubewarden-ts/api";
import type { AuditedObject } from "../audited-object.ts";
import type { Question } from "../evaluation/evaluator.ts";
import type { SelectedPolicy } from "../selection/select-policies.ts";

/**
 * What the policies of its kind are asked about an object: those whose selectors it fulfils, in their order
 * (audit-and-reports.md 2.5). A Namespace also has to fulfil `namespaceSelector` itself, as in admission.
 */
export function questionsAbout(
  object: AuditedObject,
  policies: readonly SelectedPolicy[],
): readonly Question[] {
  const namespaceLabels = isNamespace(object) ? withName(object.name, object.labels) : undefined;
  return policies
    .filter(
      ({ policy, namespaceSelector }) =>
        matchesLabels(policy.objectSelector, object.labels) &&
        (namespaceLabels === undefined || matchesLabels(namespaceSelector, namespaceLabels)),
    )
    .flatMap(({ policy, operations }) => operations.map((operation) => ({ policy, operation })));
}

function isNamespace({ resource: { group, kind } }: AuditedObject): boolean {
  return group === "" && kind === "Namespace";
}

/** Labels of a namespace with the one that the API server puts on all of them. */
export function withName(
  name: string,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  return { ...labels, "kubernetes.io/metadata.name": name };
}
