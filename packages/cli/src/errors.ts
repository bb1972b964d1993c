export type CliErrorCode = "CLI_DEFINITION_INVALID"; // a command table contradicts itself: a mistake of the programmer

/** A mistake in a command table; wrong command lines are returned by the parser, not thrown. */
export class CliError extends Error {
  override readonly name = "CliError";
  readonly code: CliErrorCode;
  constructor(message: string, options: ErrorOptions & { code: CliErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
