/** What a caller can act on when a scan could not be made in full. */
export type ScanErrorCode =
  | "SCAN_POLICIES_UNREADABLE" // policies cannot be listed: nothing was scanned
  | "SCAN_NAMESPACES_UNREADABLE" // the namespaces cannot be listed: none was scanned
  | "SCAN_NAMESPACES_FAILED"; // some namespaces or policies failed; the others were scanned

/** A scan could not be made in full; the message is the one of audit-and-reports.md 1.4. */
export class ScanError extends Error {
  override readonly name = "ScanError";
  readonly code: ScanErrorCode;

  constructor(message: string, options: ErrorOptions & { code: ScanErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
