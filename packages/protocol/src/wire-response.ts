import type { AdmissionResponse, AdmissionStatus, StatusCause, StatusDetails } from "./admission-response.ts";

/**
 * A response as every program writes it: its keys in the order upstream sends them (policy-server 4.4), absent ones left out, a
 * patch with its type and no type without a patch.
 * @example JSON.stringify(wireResponse(response))
 */
export function wireResponse(response: AdmissionResponse): AdmissionResponse {
  const { uid, allowed, patchType, patch, status, auditAnnotations, warnings } = response;
  return {
    uid,
    allowed,
    ...(patch !== undefined && { patchType: patchType ?? "JSONPatch", patch }),
    ...(status !== undefined && { status: wireStatus(status) }),
    auditAnnotations,
    warnings,
  };
}

function wireStatus({ status, message, reason, details, code }: AdmissionStatus): AdmissionStatus {
  return {
    ...(status !== undefined && { status }),
    ...(message !== undefined && { message }),
    ...(reason !== undefined && { reason }),
    ...(details !== undefined && { details: wireDetails(details) }),
    ...(code !== undefined && { code }),
  };
}

function wireDetails({
  name,
  group,
  kind,
  uid,
  causes = [],
  retryAfterSeconds,
}: StatusDetails): StatusDetails {
  return {
    ...(name !== undefined && { name }),
    ...(group !== undefined && { group }),
    ...(kind !== undefined && { kind }),
    ...(uid !== undefined && { uid }),
    ...(causes.length > 0 && { causes: causes.map(wireCause) }),
    ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
  };
}

function wireCause({ reason, message, field }: StatusCause): StatusCause {
  return { reason, message, field };
}
