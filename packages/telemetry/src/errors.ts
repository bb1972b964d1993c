export type TelemetryErrorCode =
  | "TELEMETRY_SETTINGS_INVALID" // a variable of OpenTelemetry has a value that cannot be used
  | "TELEMETRY_FILE_UNREADABLE"; // a certificate or key that such a variable names cannot be read

/** Telemetry cannot be set up as the environment says. */
export class TelemetryError extends Error {
  override readonly name = "TelemetryError";
  readonly code: TelemetryErrorCode;

  constructor(message: string, options: ErrorOptions & { code: TelemetryErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
