export type EvaluatorErrorCode =
  | "EVALUATOR_CA_UNREADABLE" // the file of --extra-ca cannot be read, or has no certificate
  | "EVALUATOR_CLIENT_CERTIFICATE_INVALID"; // --client-cert and --client-key cannot be read, or are no pair

/** Why policy servers cannot be asked at all. */
export class EvaluatorError extends Error {
  override readonly name = "EvaluatorError";
  readonly code: EvaluatorErrorCode;
  constructor(message: string, options: ErrorOptions & { code: EvaluatorErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
