import { isDeepStrictEqual } from "node:util";
import { defineResource } from "@kubewarden-ts/api";
import { policiesApiVersion } from "@kubewarden-ts/api/policies";
import { JsonObject } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import type { AdmissionRequest } from "./review.ts";
import type { AdmittedKind } from "./routes.ts";
import type { ClusterLookUp } from "./validation/findings.ts";

/** What v1alpha2 lacks against v1 (controller.md 1.6). */
export const newerFields: Readonly<Record<string, readonly string[]>> = {
  ClusterAdmissionPolicy: [
    ...["allowInsideAdmissionControllerNamespace", "backgroundAudit", "contextAwareResources"],
    ...["matchConditions", "message", "timeoutEvalSeconds"],
  ],
  AdmissionPolicy: ["backgroundAudit", "matchConditions", "message", "timeoutEvalSeconds"],
  PolicyServer: [
    ...["affinity", "labels", "limits", "maxUnavailable", "metricsPort", "minAvailable"],
    ...["namespacedPoliciesCapabilities", "priorityClassName", "readinessProbePort", "requests"],
    ...["securityContexts", "sigstoreTrustConfig", "tolerations", "webhookPort"],
  ],
};

/** What the API server puts in their place when it reads the object. */
const fieldDefaults: Readonly<Record<string, unknown>> = { backgroundAudit: true };

const Sent = v.pipe(
  JsonObject,
  v.object({
    metadata: v.pipe(JsonObject, v.object({ name: v.string(), namespace: v.exactOptional(v.string()) })),
    spec: JsonObject,
  }),
);

/**
 * Who changes an object through v1alpha2 takes away what that version does not have: upstream does so silently. The old
 * object of the review lacks these fields too, so the stored one is looked at.
 */
export async function lostFieldWarnings(
  { apiVersion, kind, plural, namespaced }: AdmittedKind,
  { operation, requestKind, object }: AdmissionRequest,
  { objects, signal }: ClusterLookUp,
): Promise<string[]> {
  const sent = v.safeParse(Sent, object);
  if (operation !== "UPDATE" || requestKind?.version !== "v1alpha2" || !sent.success) return [];
  const { metadata, spec: after } = sent.output;
  const stored = defineResource({ apiVersion, kind, plural, namespaced }, { spec: JsonObject });
  // a warning is not worth a refusal
  const before = await objects.get(stored, metadata, { signal }).catch(() => undefined);
  const lost = (newerFields[kind] ?? []).filter(
    (field) =>
      before?.spec[field] !== undefined &&
      !isDeepStrictEqual(before.spec[field], after[field] ?? fieldDefaults[field]),
  );
  if (lost.length === 0) return [];
  const fields = lost.map((field) => `spec.${field}`).join(", ");
  return [`v1alpha2 does not have ${fields}: lost with this change; use ${policiesApiVersion}`];
}
