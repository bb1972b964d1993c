/** What a caller can act on when signatures cannot be verified, or do not hold. */
export type SigstoreErrorCode =
  | "SIGSTORE_CONFIG_INVALID" // the verification configuration has a wrong field or version
  | "SIGSTORE_FLAGS_INVALID" // the flags of a verification do not go together
  | "SIGSTORE_TRUST_CONFIG_INVALID" // a trust configuration or trusted root is malformed, or lacks what it must have
  | "SIGSTORE_TRUST_ROOT_UNAVAILABLE" // the trust root can neither be fetched nor is a valid one kept
  | "SIGSTORE_NO_SIGNATURES" // the registry gave no signature of the image
  | "SIGSTORE_UNTRUSTED" // there are signatures, and none of them can be trusted
  | "SIGSTORE_UNSATISFIED" // the signatures do not satisfy what the configuration asks for
  | "SIGSTORE_SIGNATURE_INVALID" // one signature does not hold: the text says which check failed
  | "SIGSTORE_BUNDLE_INVALID" // not a Sigstore bundle, or one of a version that is not known
  | "SIGSTORE_KEY_INVALID"; // not a public key or certificate that signatures can be verified with

/** Something about signatures that does not hold or cannot be checked. */
export class SigstoreError extends Error {
  override readonly name = "SigstoreError";
  readonly code: SigstoreErrorCode;
  /**
   * Why each signature that was found does not count, one sentence each. They are no part of the message, which is
   * upstream's to the byte.
   */
  readonly reasons: readonly string[];

  constructor(
    message: string,
    options: ErrorOptions & { code: SigstoreErrorCode; reasons?: readonly string[] },
  ) {
    super(message, options);
    this.code = options.code;
    this.reasons = options.reasons ?? [];
  }
}

/** The error of one signature that does not hold. */
export function invalidSignature(message: string, options: ErrorOptions = {}): SigstoreError {
  return new SigstoreError(message, { ...options, code: "SIGSTORE_SIGNATURE_INVALID" });
}
