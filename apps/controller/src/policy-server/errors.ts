export type PolicyServerErrorCode =
  | "POLICY_SERVER_CLIENT_CA_MISSING" // the ConfigMap that --client-ca-configmap-name names is not there, or lacks its key
  | "POLICY_SERVER_RECONCILE_FAILED"; // an object of the policy server could not be written; the cause says why
/** A PolicyServer is not yet as its spec says. */
export class PolicyServerError extends Error {
  override readonly name = "PolicyServerError";
  readonly code: PolicyServerErrorCode;
  constructor(message: string, options: ErrorOptions & { code: PolicyServerErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
