import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { HostCallError } from "./errors.ts";

/**
 * Reads what a guest hands to its host.
 * @throws {HostCallError} `HOST_CALL_PAYLOAD_INVALID`
 */
export function decodePayload<Schema extends v.GenericSchema>(
  schema: Schema,
  payload: Uint8Array,
): v.InferOutput<Schema> {
  const result = v.safeParse(schema, parseJson(payload));
  if (result.success) return result.output;
  throw invalid(schemaProblems(result.issues).join(", "));
}

function parseJson(payload: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload));
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

function invalid(detail: string, cause?: unknown): HostCallError {
  return new HostCallError(`invalid payload: ${detail}`, { code: "HOST_CALL_PAYLOAD_INVALID", cause });
}
