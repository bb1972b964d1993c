export type RegoErrorCode =
  | "REGO_MODULE_REFUSED" // the module cannot be run: unknown ABI, no entrypoint, a built-in function nobody offers
  | "REGO_EVALUATION_FAILED" // the evaluation ended without a result
  | "REGO_LIMIT" // a document is nested too deep, or a built-in function would take too long
  | "REGO_OUTPUT_LIMIT" // a text of the module, or a result of a built-in function, is larger than what a module may make
  | "REGO_VALUE_INVALID"; // a text that is no Rego value

/** What a Rego module, or a text it gave, makes impossible. Out of a built-in function it ends the evaluation. */
export class RegoError extends Error {
  override readonly name = "RegoError";
  readonly code: RegoErrorCode;
  constructor(message: string, options: ErrorOptions & { code: RegoErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}

/** A call of a built-in function that has no result: the rule that made it is undefined, as in OPA. */
export class BuiltinError extends Error {
  override readonly name = "BuiltinError";
}
