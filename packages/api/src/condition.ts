import { errorText } from "@kubewarden-ts/base";

/** One line of an object's `status.conditions`: what was tried last, and how it went. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  /** One word in CamelCase, for programs. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
}

/** The step that this condition is about was done. */
export function isTrue(type: string, message = ""): Condition {
  return { type, status: "True", reason: "ReconciliationSucceeded", message };
}

/** The step that this condition is about failed; the message says why. */
export function isFalse(type: string, error: unknown): Condition {
  return { type, status: "False", reason: "ReconciliationFailed", message: errorText(error) };
}

/** A step that was not begun because one before it failed. */
export function isUnknown(type: string, failed: string): Condition {
  return { type, status: "Unknown", reason: "WaitingForEarlierStep", message: `waits for ${failed}` };
}
