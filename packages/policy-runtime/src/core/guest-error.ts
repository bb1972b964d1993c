import { RegoError } from "@kubewarden-ts/rego";
import { GuestExit, GuestTrap } from "../errors.ts";

/** What is said of a limit, for who may move it. */
export function limitNote(flag: string): string {
  return `(--${flag} sets the limit)`;
}

/** What ended a guest, for people. */
export function trapText(error: unknown): string {
  if (error instanceof RegoError && error.code === "REGO_OUTPUT_LIMIT") {
    return `${error.message} ${limitNote("max-policy-output-bytes")}`;
  }
  if (error instanceof GuestTrap || error instanceof GuestExit || error instanceof RegoError)
    return error.message;
  // The engine reports a guest's stack overflow as a RangeError.
  if (error instanceof RangeError && error.message.includes("call stack"))
    return "wasm trap: call stack exhausted";
  if (error instanceof Error) return `wasm trap: ${error.message}`;
  return "wasm trap: uncaught exception";
}
