export type ControllerErrorCode =
  | "CONTROLLER_CONFIG_INVALID" // a flag or a variable of the environment is wrong
  | "CONTROLLER_BIND_FAILED" // a port is in use, or the address is not ours
  | "CONTROLLER_CLIENT_CA_MISSING" // --client-ca-configmap-name is set, and the file of the client authority is not there
  | "CONTROLLER_LEASE_LOST" // another replica leads now: this one ends, to start anew
  | "CONTROLLER_CLEANUP_FAILED"; // --cleanup could not remove everything
/** The controller cannot start, or cannot go on. */
export class ControllerError extends Error {
  override readonly name = "ControllerError";
  readonly code: ControllerErrorCode;
  constructor(message: string, options: ErrorOptions & { code: ControllerErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
