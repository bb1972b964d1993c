export type KwctlErrorCode =
  | "KWCTL_INPUT_INVALID" // a file, settings or request that cannot be read
  | "KWCTL_POLICY_NOT_FOUND" // no policy by that name
  | "KWCTL_POLICY_INVALID" // the module, its metadata, mode or version keeps the policy from being used
  | "KWCTL_POLICY_FAILED" // the policy could not be asked
  | "KWCTL_NOT_VERIFIED" // the policy is not signed as was asked for, or cannot be verified
  | "KWCTL_SIGNING_FAILED" // a service that signs refused, or cannot be reached
  | "KWCTL_CLUSTER_UNKNOWN"; // a policy may read Kubernetes resources, and no cluster is configured

/** A failed command. The message is what the user reads. */
export class KwctlError extends Error {
  override readonly name = "KwctlError";
  readonly code: KwctlErrorCode;
  constructor(message: string, options: ErrorOptions & { code: KwctlErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}

/** A file, a text or a request of the user's that cannot be used. */
export function invalidInput(message: string, cause?: unknown): KwctlError {
  return new KwctlError(message, { code: "KWCTL_INPUT_INVALID", cause });
}
