import {
  defaultReadinessProbePort,
  defaultWebhookPort,
  type PolicyServer,
  type PolicyServerSpec,
} from "@kubewarden-ts/api/policies";
import { type FieldError, invalid } from "../field-error.ts";
import { capabilityErrors } from "./capability-patterns.ts";
import { type ClusterLookUp, type Findings, newlyFound } from "./findings.ts";
import type { Change } from "./policy.ts";
import { referenceErrors } from "./policy-server-references.ts";
import { resourceErrors } from "./resource-amounts.ts";

/** Everything that can be wrong with a PolicyServer (controller.md 2.3): upstream's checks, then those of section 14. */
export async function policyServerFindings(
  { object: server, stored, old }: Change<PolicyServer>,
  lookUp: ClusterLookUp,
): Promise<Findings> {
  const { metadata, spec } = server;
  const errors = [
    ...nameErrors(metadata.name),
    ...(await referenceErrors(spec, lookUp)),
    ...disruptionErrors(spec),
    ...resourceErrors(spec),
    ...capabilityErrors(spec.namespacedPoliciesCapabilities),
    ...portErrors(spec),
    ...newlyFound(replicaErrors, server, old),
    ...(stored === undefined ? newNameErrors(metadata.name) : []),
  ];
  return { errors, warnings: [] };
}

const maxNameLength = 63;

function nameErrors(name: string): FieldError[] {
  if (name.length <= maxNameLength) return [];
  const detail = `the PolicyServer name cannot be longer than ${maxNameLength} characters`;
  return [invalid("metadata.name", name, detail)];
}

/** With `kubewarden-policy-server-` before it the name is a label of the Pods. */
const maxUsableLength = maxNameLength - "kubewarden-policy-server-".length;

/** A server that exists already cannot get another name. */
function newNameErrors(name: string): FieldError[] {
  const tooLong = `the PolicyServer name cannot be longer than ${maxUsableLength} characters: a label of its Pods is made of it`;
  const dotted = "the PolicyServer name cannot contain dots: its Service is named after it";
  return [
    ...(name.length > maxUsableLength && name.length <= maxNameLength
      ? [invalid("metadata.name", name, tooLong)]
      : []),
    ...(name.includes(".") ? [invalid("metadata.name", name, dotted)] : []),
  ];
}

function disruptionErrors({ minAvailable, maxUnavailable }: PolicyServerSpec): FieldError[] {
  if (minAvailable === undefined || maxUnavailable === undefined) return [];
  const values = `minAvailable: ${minAvailable}, maxUnavailable: ${maxUnavailable}`;
  return [invalid("spec", values, "minAvailable and maxUnavailable cannot be both set")];
}

function portErrors(spec: PolicyServerSpec): FieldError[] {
  const { webhookPort = defaultWebhookPort, readinessProbePort = defaultReadinessProbePort } = spec;
  if (readinessProbePort !== webhookPort) return [];
  const detail = `readinessProbePort must differ from webhookPort (${webhookPort})`;
  return [invalid("spec.readinessProbePort", readinessProbePort, detail)];
}

function replicaErrors({ spec }: PolicyServer): FieldError[] {
  if (spec.replicas >= 0) return [];
  return [invalid("spec.replicas", spec.replicas, "must be greater than or equal to 0")];
}
