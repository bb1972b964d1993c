/** What a caller can act on when a module cannot be had. */
export type StoreErrorCode =
  | "STORE_URL_INVALID" // the text is no module URL: unknown scheme, relative file path
  | "STORE_MISSING" // the module is not in the store, and nothing may be downloaded
  | "STORE_DAMAGED" // the module in the store is not the one that was written
  | "STORE_AMBIGUOUS" // several modules of the store begin with these digits of a SHA-256
  | "STORE_NOT_ADMITTED" // only images can be verified, and this is none
  | "STORE_NOT_VERIFIED" // the signatures of the image do not hold, or cannot be checked
  | "STORE_NOT_CHECKABLE" // the signed manifest does not say which bytes are the module's, or the store has others and cannot get these
  | "STORE_FILE_UNREADABLE" // file:// module missing or not readable, or a file of the store that cannot be read
  | "STORE_NOT_WRITABLE" // a module cannot be written to the folder of the store
  | "STORE_OUTSIDE" // a symbolic link in the store leads out of it
  | "STORE_NO_MODULE" // the image has no layer, or one that is no WebAssembly module
  | "STORE_INSECURE_SOURCE" // http:// to a host that is not listed in insecure_sources, or a redirect to it
  | "STORE_UNREACHABLE" // network or TLS failure; a retry may help
  | "STORE_HTTP_STATUS" // the server answered with another status than 2xx
  | "STORE_TIMEOUT" // the download took too long
  | "STORE_ABORTED" // the caller's signal was aborted
  | "STORE_TOO_LARGE" // the module has more than maxBytes
  | "STORE_NOT_WASM"; // the bytes are no WebAssembly module

/**
 * A module that cannot be had. `errorText` gives the whole text: a `cause` is there only where it
 * adds to the message.
 */
export class StoreError extends Error {
  override readonly name = "StoreError";
  readonly code: StoreErrorCode;

  constructor(message: string, options: ErrorOptions & { code: StoreErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
