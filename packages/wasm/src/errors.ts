export type WasmErrorCode =
  | "WASM_NOT_A_MODULE" // other bytes altogether, or a component
  | "WASM_TRUNCATED" // the bytes end in the middle of something
  | "WASM_MALFORMED" // a module, but not a well-formed one
  | "WASM_UNSUPPORTED" // well-formed perhaps, but uses something this reader does not know, or that cannot be limited
  | "WASM_LIMIT" // asks for more than an engine or the caller allows
  | "WASM_MEMORY_LIMIT"; // starts with more memory than the caller allows

/** What every function of this package throws, and nothing else, for bytes it cannot use. */
export class WasmError extends Error {
  override readonly name = "WasmError";
  readonly code: WasmErrorCode;
  constructor(message: string, options: ErrorOptions & { code: WasmErrorCode }) {
    super(message, options);
    this.code = options.code;
  }
}
