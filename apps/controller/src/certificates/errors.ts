export type CertificateErrorCode =
  | "CERTIFICATE_AUTHORITY_MISSING" // the Secret of the certificate authority does not exist, or lacks a key
  | "CERTIFICATE_AUTHORITY_INVALID"; // what stands in that Secret is no certificate, or no key of it
/** Something about the certificates of the controller and of the policy servers. */
export class CertificateError extends Error {
  override readonly name = "CertificateError";
  readonly code: CertificateErrorCode;
  constructor(message: string, options: ErrorOptions & { code: CertificateErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
