import * as v from "valibot";
import { callHost, HostCallError, type HostOperation } from "../host-call.ts";

/**
 * Asks the host, and reads its answer.
 * @throws {HostCallError} with the host's text, or naming what in its answer is not as it must be
 */
export function ask<Schema extends v.GenericSchema>(
  { namespace, operation }: HostOperation,
  payload: unknown,
  schema: Schema,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, callHost({ namespace, operation }, payload));
  if (result.success) return result.output;
  const [issue] = result.issues;
  const path = v.getDotPath(issue) ?? "answer";
  throw new HostCallError(
    `${namespace}/${operation}`,
    `unexpected answer of the host: ${path}: ${issue.message}`,
  );
}

/** Any JSON object, as it came. */
export const AnyObject = v.custom<Record<string, unknown>>(
  (value) => typeof value === "object" && value !== null && !Array.isArray(value),
  "expected an object",
);
