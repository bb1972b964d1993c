export type RuntimeErrorCode =
  | "RUNTIME_MODULE_REFUSED" // the module cannot be run: not WebAssembly, a missing export, an unknown import
  | "RUNTIME_INITIALIZATION_FAILED" // the module's own initialisation failed or did not end in time
  | "RUNTIME_CLOSED"; // the pool is shutting down

/** Thrown for what concerns a module as a whole; the failure of one evaluation is an ordinary outcome. */
export class RuntimeError extends Error {
  override readonly name = "RuntimeError";
  readonly code: RuntimeErrorCode;
  constructor(message: string, options: ErrorOptions & { code: RuntimeErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}

/** Ends the guest that is running: thrown out of an import, it unwinds the guest's stack. */
export class GuestTrap extends Error {
  override readonly name = "GuestTrap";
}

/** `proc_exit`: ends the guest in an orderly way. */
export class GuestExit extends Error {
  override readonly name = "GuestExit";
  readonly exitCode: number;
  constructor(exitCode: number) {
    super(`exit with status ${exitCode}`);
    this.exitCode = exitCode;
  }
}
