/** A host-capability pattern that an administrator wrote and that names nothing. */
export class CapabilityError extends Error {
  override readonly name = "CapabilityError";
  readonly code: "CAPABILITY_PATTERN_INVALID";

  constructor(message: string, options: ErrorOptions & { code: "CAPABILITY_PATTERN_INVALID" }) {
    super(message, options);
    this.code = options.code;
  }
}

export type HostCallErrorCode =
  | "HOST_CALL_UNKNOWN" // no such binding, namespace or operation
  | "HOST_CALL_DENIED" // the policy was not granted the capability, or the Kubernetes resource
  | "HOST_CALL_PAYLOAD_INVALID" // the payload is not what the capability takes
  | "HOST_CALL_FAILED"; // the deed was tried and failed

/** A host call that failed. The message is exactly what the guest gets (policy-runtime 5.1). */
export class HostCallError extends Error {
  override readonly name = "HostCallError";
  readonly code: HostCallErrorCode;

  constructor(message: string, options: ErrorOptions & { code: HostCallErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
