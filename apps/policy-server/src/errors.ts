/** What keeps the server from starting. */
export type ServerErrorCode =
  | "SERVER_CONFIG_INVALID" // an option or a file it names is wrong
  | "SERVER_STORE_NOT_WRITABLE" // a module cannot be written to the folder of --policies-download-dir
  | "SERVER_NO_CLUSTER" // no Kubernetes cluster is configured; --ignore-kubernetes-connection-failure starts without
  | "SERVER_DAEMON_FAILED" // another one runs already with this pid file, or a file for it cannot be written
  | "SERVER_BIND_FAILED"; // a port is in use, or the address is not ours

/** The server cannot start: it prints `Error: ` and the message, with the messages of its causes, and exits with 1. */
export class ServerError extends Error {
  override readonly name = "ServerError";
  readonly code: ServerErrorCode;

  constructor(message: string, options: ErrorOptions & { code: ServerErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
