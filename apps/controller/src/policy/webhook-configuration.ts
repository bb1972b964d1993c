import type { ResourceType } from "@kubewarden-ts/api";
import {
  mutatingWebhookConfigurations,
  validatingWebhookConfigurations,
  type WebhookConfiguration,
} from "@kubewarden-ts/api/core";
import {
  isClusterwide,
  isGroup,
  isNamespaced,
  type Policy,
  partOfLabel,
  policyNameAnnotation,
  policyNamespaceAnnotation,
  policyServerObjectName,
  type RuleWithOperations,
  uniqueName,
} from "@kubewarden-ts/api/policies";
import type { ClusterFeatures } from "../context.ts";

/** The kinds of webhook configurations that policies have. */
export const webhookTypes: Readonly<Record<WebhookVariant, ResourceType<WebhookConfiguration>>> = {
  validating: validatingWebhookConfigurations,
  // The two kinds have the same fields; only the names differ.
  mutating: mutatingWebhookConfigurations,
};
export type WebhookVariant = "validating" | "mutating";

export interface WebhookSurroundings {
  /** the deployments namespace */
  readonly namespace: string;
  /** PEM in base64 */
  readonly caBundle: string;
  readonly features: ClusterFeatures;
}

/** The webhook configuration through which the API server asks a policy (controller.md 4.4). */
export function desiredWebhookConfiguration(
  policy: Policy,
  surroundings: WebhookSurroundings,
): { type: WebhookVariant; object: WebhookConfiguration } {
  const type = webhookVariant(policy);
  const { apiVersion, kind } = webhookTypes[type];
  const metadata = {
    name: uniqueName(policy),
    labels: { [partOfLabel]: "kubewarden" },
    annotations: {
      [policyNameAnnotation]: policy.metadata.name,
      [policyNamespaceAnnotation]: policy.metadata.namespace ?? "",
    },
  };
  return { type, object: { apiVersion, kind, metadata, webhooks: [webhookOf(policy, surroundings)] } };
}

/** Groups never mutate. */
export function webhookVariant(policy: Policy): WebhookVariant {
  return !isGroup(policy) && policy.spec.mutating ? "mutating" : "validating";
}

function webhookOf(policy: Policy, { namespace, caBundle, features }: WebhookSurroundings) {
  const { policyServer, rules, failurePolicy, matchPolicy, objectSelector, timeoutSeconds } = policy.spec;
  const { matchConditions = [], sideEffects = "None" } = policy.spec;
  const unique = uniqueName(policy);
  const path = `/validate/${unique}`;
  const service = { namespace, name: policyServerObjectName(policyServer), path, port: 443 };
  const selector = namespaceSelector(policy, namespace);
  return {
    name: `${unique}.kubewarden.admission`,
    clientConfig: { caBundle, service },
    rules: isNamespaced(policy) ? rules.map(namespacedOnly) : rules,
    ...(failurePolicy !== undefined && { failurePolicy }),
    ...(matchPolicy !== undefined && { matchPolicy }),
    ...(selector !== undefined && { namespaceSelector: selector }),
    ...(objectSelector !== undefined && { objectSelector }),
    sideEffects,
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
    admissionReviewVersions: ["v1"],
    ...(features.matchConditions && matchConditions.length > 0 && { matchConditions }),
  };
}

const namespaceName = "kubernetes.io/metadata.name";

/**
 * Of a namespaced policy its namespace. Of others what the spec says, and not the namespace of the policy servers: where
 * these cannot start, nothing could let them.
 */
function namespaceSelector(policy: Policy, namespace: string): object | undefined {
  if (!isClusterwide(policy)) return { matchLabels: { [namespaceName]: policy.metadata.namespace } };
  const { namespaceSelector: selector, allowInsideAdmissionControllerNamespace: inside } = policy.spec;
  if (inside === true) return selector;
  const elsewhere = { key: namespaceName, operator: "NotIn", values: [namespace] };
  return { ...selector, matchExpressions: [elsewhere, ...(selector?.matchExpressions ?? [])] };
}

function namespacedOnly(rule: RuleWithOperations): RuleWithOperations {
  return { ...rule, scope: "Namespaced" };
}
