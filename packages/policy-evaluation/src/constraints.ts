import type { AdmissionResponse, AdmissionStatus } from "@kubewarden-ts/protocol";

/** What the configuration of a policy or group says about its responses. */
export interface ResponseConstraints {
  readonly policyMode: "protect" | "monitor";
  /** A group cannot mutate: its responses never have a patch. */
  readonly allowedToMutate?: boolean;
  /** Takes the place of the policy's own message when it rejects. */
  readonly message?: string | undefined;
}

/** A step that had something to do. */
export type ConstraintStep = "monitor" | "mutation" | "message";

/**
 * What the API server sees, given what the policy answered: mode, mutation constraint, custom message, in this order
 * (policy-runtime 2.8, policy-server 5).
 * @param policyId - `name` or `group/member`
 * @returns the response, and the steps that applied; `monitor` applies in monitor mode, whatever the policy answered
 */
export function applyConstraints(
  policyId: string,
  constraints: ResponseConstraints,
  answer: AdmissionResponse,
): { response: AdmissionResponse; steps: ConstraintStep[] } {
  if (constraints.policyMode === "monitor") return { response: acceptAnyway(answer), steps: ["monitor"] };
  const steps: ConstraintStep[] = [];
  let response = answer;
  if (response.patch !== undefined && constraints.allowedToMutate !== true) {
    response = rejectMutation(policyId, response);
    steps.push("mutation");
  }
  if (!response.allowed && constraints.message !== undefined) {
    response = replaceMessage(constraints.message, response);
    steps.push("message");
  }
  return { response, steps };
}

function acceptAnyway({ uid, auditAnnotations, warnings }: AdmissionResponse): AdmissionResponse {
  return { uid, allowed: true, auditAnnotations, warnings };
}

function rejectMutation(policyId: string, answer: AdmissionResponse): AdmissionResponse {
  const { uid, auditAnnotations, warnings } = answer;
  const message = `Request rejected by policy ${policyId}. The policy attempted to mutate the request, but it is currently configured to not allow mutations.`;
  return { uid, allowed: false, status: { message }, auditAnnotations, warnings };
}

function replaceMessage(message: string, answer: AdmissionResponse): AdmissionResponse {
  const { message: former = "", details, code, ...rest } = answer.status ?? {};
  const causes = [...(details?.causes ?? []), { reason: null, message: former, field: null }];
  const status: AdmissionStatus = {
    ...rest,
    message,
    details: { ...details, causes },
    ...(code !== undefined && { code }),
  };
  return { ...answer, status };
}
