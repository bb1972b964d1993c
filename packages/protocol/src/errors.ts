export type ProtocolErrorCode =
  | "JSON_SYNTAX" // the bytes are not JSON; `offset` tells where
  | "JSON_TOO_DEEP" // JSON, but nested deeper than the scanner follows
  | "JSON_NOT_UTF8" // a string holds bytes that are not UTF-8
  | "METADATA_INVALID" // the policy metadata does not have the shape of policy-runtime 1.2
  | "PATCH_INAPPLICABLE"; // a JSON Patch names a place that the document does not have

/** The one error of this package; `code` says what a caller can act on. */
export class ProtocolError extends Error {
  override readonly name = "ProtocolError";
  readonly code: ProtocolErrorCode;
  /** Index of the offending byte, for the `JSON_…` codes; the length of the input where the input ends too early. */
  readonly offset: number;

  constructor(message: string, options: ErrorOptions & { code: ProtocolErrorCode; offset?: number }) {
    super(message, options);
    this.code = options.code;
    this.offset = options.offset ?? 0;
  }
}
