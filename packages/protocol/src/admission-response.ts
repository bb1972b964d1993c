/** What the API server gets about one request (`response` of an AdmissionReview), in wire names and key order. */
export interface AdmissionResponse {
  uid: string;
  allowed: boolean;
  patchType?: "JSONPatch";
  /** Base64, standard alphabet with padding, of a JSON Patch array. */
  patch?: string;
  status?: AdmissionStatus;
  /** `null` when there are none: the key is always sent. */
  auditAnnotations: Record<string, string> | null;
  /** `null` when there are none: the key is always sent. */
  warnings: string[] | null;
}

/** A Kubernetes `Status`, as far as policies fill it. Absent members are left out. */
export interface AdmissionStatus {
  status?: "Success" | "Failure";
  message?: string;
  reason?: string;
  details?: StatusDetails;
  /** HTTP status code, 0 to 65535. */
  code?: number;
}

export interface StatusDetails {
  name?: string;
  group?: string;
  kind?: string;
  uid?: string;
  /** Left out when empty. */
  causes?: StatusCause[];
  retryAfterSeconds?: number;
}

/** All three keys are always sent. */
export interface StatusCause {
  reason: string | null;
  message: string | null;
  field: string | null;
}

/** A response that accepts, and says nothing else. */
export function acceptance(uid: string): AdmissionResponse {
  return { uid, allowed: true, auditAnnotations: null, warnings: null };
}

/** A response that rejects with a message and, when given, a code. */
export function rejection(uid: string, message: string, code?: number): AdmissionResponse {
  const status: AdmissionStatus = code === undefined ? { message } : { message, code };
  return { uid, allowed: false, status, auditAnnotations: null, warnings: null };
}
