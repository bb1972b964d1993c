export type ScannerErrorCode =
  | "SCANNER_FLAG_INVALID" // the command line contradicts itself or has a value that is none
  | "SCANNER_STOPPED"; // the process was asked to stop before the scan was over

/** The scanner cannot do, or could not finish, what its command line asks for. */
export class ScannerError extends Error {
  override readonly name = "ScannerError";
  readonly code: ScannerErrorCode;
  constructor(message: string, options: ErrorOptions & { code: ScannerErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
