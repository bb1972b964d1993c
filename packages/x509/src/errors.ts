export type X509ErrorCode =
  | "X509_DER_INVALID" // bytes that are not what they should be in DER: truncated, too long, not in the shortest form
  | "X509_PEM_INVALID" // a text without a well-formed PEM block of the kind that is asked for
  | "X509_CERTIFICATE_INVALID" // well-formed DER, but not a certificate or certificate request that can be used
  | "X509_KEY_INVALID" // a key of a kind, size or encoding that is not known
  | "X509_TIMESTAMP_INVALID" // not a point in time as RFC 3339 writes it
  | "X509_TLS_FILE_INVALID" // a file with certificate, key or client authorities of a listener cannot be used
  | "X509_LIMIT"; // larger, or more work, than anything that is meant well

/** What every function of this package throws, and nothing else, for input it cannot use. */
export class X509Error extends Error {
  override readonly name = "X509Error";
  readonly code: X509ErrorCode;
  constructor(message: string, options: ErrorOptions & { code: X509ErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}

export function invalidCertificate(message: string): X509Error {
  return new X509Error(message, { code: "X509_CERTIFICATE_INVALID" });
}

export function invalidKey(message: string): X509Error {
  return new X509Error(message, { code: "X509_KEY_INVALID" });
}
