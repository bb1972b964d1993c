/** What a caller can act on when the cluster cannot be read. */
export type KubeErrorCode =
  | "KUBE_CONFIG_INVALID" // no kubeconfig and no service account, or one that cannot be used
  | "KUBE_CREDENTIALS_UNAVAILABLE" // a token file, certificate file or credential plugin failed
  | "KUBE_UNAUTHORIZED" // 401: the API server does not know these credentials
  | "KUBE_FORBIDDEN" // 403: the identity lacks the right; grant it by RBAC
  | "KUBE_NOT_FOUND" // the object does not exist; its kind does
  | "KUBE_RESOURCE_UNKNOWN" // 404 for the whole path: what discovery said no longer holds
  | "KUBE_GROUP_UNKNOWN" // the API server does not serve this group and version
  | "KUBE_KIND_UNKNOWN" // the group and version have no such kind
  | "KUBE_SCOPE_MISMATCH" // a namespace for a cluster-wide kind, or none for a namespaced one
  | "KUBE_NAME_INVALID" // no object or namespace can have this name
  | "KUBE_CONFLICT" // 409: the object exists already, or is not the version that was to be replaced
  | "KUBE_GONE" // 410: the resource version or continue token is too old; list anew
  | "KUBE_REFUSED" // another 4xx, such as a malformed selector; the same request fails again
  | "KUBE_THROTTLED" // 429: too many requests; see retryAfterMs
  | "KUBE_TIMED_OUT" // no complete answer within the time limit
  | "KUBE_ABORTED" // the caller's signal was aborted
  | "KUBE_UNAVAILABLE" // network or TLS failure, or 5xx; a retry may help
  | "KUBE_ANSWER_INVALID" // the answer is not what the API server's contract says
  | "KUBE_TOO_LARGE" // the answer has more than maxBytes
  | "KUBE_STALE" // watched data cannot be kept up to date, and old data are not served as new
  | "KUBE_LIMIT" // watching this would need more memory or more stores than allowed
  | "KUBE_CLOSED"; // the client or the reflectors were closed

export interface KubeErrorOptions extends ErrorOptions {
  readonly code: KubeErrorCode;
  /** HTTP status of the API server's answer, where there was one */
  readonly status?: number | undefined;
  /** `reason` of the API server's `Status`, such as `Forbidden` */
  readonly reason?: string | undefined;
  /** how long the API server asks to wait, in milliseconds */
  readonly retryAfterMs?: number | undefined;
}

/** The cluster could not be read. Where the API server said why, the message is its own. */
export class KubeError extends Error {
  override readonly name = "KubeError";
  readonly code: KubeErrorCode;
  readonly status: number | undefined;
  readonly reason: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(message: string, options: KubeErrorOptions) {
    super(message, options);
    this.code = options.code;
    this.status = options.status;
    this.reason = options.reason;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Whether `error` is a {@link KubeError} with one of these codes. */
export function isKubeError(error: unknown, ...codes: readonly KubeErrorCode[]): error is KubeError {
  return error instanceof KubeError && (codes.length === 0 || codes.includes(error.code));
}

/** The error for a caller whose signal was aborted. */
export function abortedError(signal: AbortSignal): KubeError {
  return new KubeError("the request was stopped", { code: "KUBE_ABORTED", cause: signal.reason });
}
