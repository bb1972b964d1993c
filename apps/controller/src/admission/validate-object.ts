import { isDeepStrictEqual } from "node:util";
import type { Policy, PolicyServer } from "@kubewarden-ts/api/policies";
import * as v from "valibot";
import { invalidObject } from "./invalid-object.ts";
import { lostFieldWarnings } from "./lost-fields.ts";
import { firstProblem, problemText } from "./problem-text.ts";
import type { AdmissionRequest } from "./review.ts";
import type { AdmittedKind, AdmittedObject } from "./routes.ts";
import type { ClusterLookUp, Findings } from "./validation/findings.ts";
import { policyFindings } from "./validation/policy.ts";
import { policyServerFindings } from "./validation/policy-server.ts";
import { badRequest, type Verdict } from "./verdict.ts";

/**
 * Whether an object may be stored (controller.md 2.3). A change that leaves the spec alone makes nothing worse: labels,
 * annotations and finalizers can change, and the object can be deleted, whatever has become of what it refers to.
 */
export async function validateObject(
  type: AdmittedKind,
  request: AdmissionRequest,
  lookUp: ClusterLookUp,
): Promise<Verdict> {
  const { operation, object, oldObject } = request;
  const stored = operation === "UPDATE" ? oldObject : undefined;
  if (stored === null || (stored === undefined && operation === "UPDATE")) {
    return badRequest("request.oldObject: expected the object as it was, received nothing");
  }
  const lost = await lostFieldWarnings(type, request, lookUp);
  const isKind = object?.["kind"] === type.kind;
  if (stored !== undefined && isKind && isDeepStrictEqual(stored["spec"], object["spec"])) {
    return { allowed: true, warnings: lost };
  }
  const reading = v.safeParse(type.schema, object, firstProblem);
  if (!reading.success) {
    return badRequest(`request.object is no ${type.kind}: ${problemText(reading.issues)}`);
  }
  const changed: AdmittedObject = reading.output;
  if (changed.kind !== type.kind) return badRequest(`request.object is a ${changed.kind}, no ${type.kind}`);
  const before = v.safeParse(type.schema, stored, firstProblem);
  const old = before.success ? before.output : undefined;
  const found = await findings(changed, { stored, old }, lookUp);
  const warnings = [...found.warnings, ...lost];
  const { errors } = found;
  if (errors.length === 0) return { allowed: true, warnings };
  return { allowed: false, status: invalidObject(type.kind, changed.metadata.name, errors), warnings };
}

function findings(
  object: AdmittedObject,
  { stored, old }: { stored: unknown; old: AdmittedObject | undefined },
  lookUp: ClusterLookUp,
): Promise<Findings> {
  if (isPolicyServer(object)) {
    return policyServerFindings(
      { object, stored, old: old && isPolicyServer(old) ? old : undefined },
      lookUp,
    );
  }
  return policyFindings({ object, stored, old: old && !isPolicyServer(old) ? old : undefined }, lookUp);
}

function isPolicyServer(object: Policy | PolicyServer): object is PolicyServer {
  return object.kind === "PolicyServer";
}
