import type { Semaphore } from "@kubewarden-ts/base";
import type { CallOptions, ObjectClient } from "@kubewarden-ts/kube";
import type { FieldError } from "../field-error.ts";

/** What validation found. Warnings are shown to whoever made the change, and stop nothing. */
export interface Findings {
  readonly errors: readonly FieldError[];
  readonly warnings: readonly string[];
}

/** With what the cluster is looked at. */
export interface ClusterLookUp extends Required<CallOptions> {
  readonly objects: Pick<ObjectClient, "get" | "create">;
  /** of the policy servers, and of what they refer to */
  readonly deploymentsNamespace: string;
  /** of all reviews: each write that is not stored costs the API server as much as one that is */
  readonly dryRuns: Semaphore;
}

/**
 * The findings of checks that upstream lacks: those that the object had before as well stop no other change to it.
 * @param check - of an object
 */
export function newlyFound<T>(
  check: (object: T) => readonly FieldError[],
  object: T,
  old: T | undefined,
): FieldError[] {
  const before = new Set(old === undefined ? [] : check(old).map(identity));
  return check(object).filter((error) => !before.has(identity(error)));
}

function identity({ field, message }: FieldError): string {
  return JSON.stringify([field, message]);
}
