import { hasLoneSurrogate, repeatedKey, schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";
import { HostCallError } from "./errors.ts";

/**
 * Reads what a guest hands to its host. What two readers could understand differently is refused: a key that stands twice,
 * half a character.
 * @throws {HostCallError} `HOST_CALL_PAYLOAD_INVALID`
 */
export function decodePayload<Schema extends v.GenericSchema>(
  schema: Schema,
  payload: Uint8Array,
): v.InferOutput<Schema> {
  const { text, value } = parsePayload(payload);
  const twice = repeatedKey(text);
  if (twice !== undefined) throw invalid(`duplicate field \`${twice.slice(0, maxShownKey)}\``);
  if (hasLoneSurrogate(text)) throw invalid("lone surrogate in a string");
  return checkPayload(schema, value);
}

/**
 * Reads JSON of any shape.
 * @throws {HostCallError} `HOST_CALL_PAYLOAD_INVALID`
 */
export function parsePayload(payload: Uint8Array): { text: string; value: unknown } {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(payload);
    return { text, value: JSON.parse(text) };
  } catch (cause) {
    throw invalid(cause instanceof Error ? cause.message : String(cause), cause);
  }
}

/** @throws {HostCallError} `HOST_CALL_PAYLOAD_INVALID` when the value is not of the schema's shape */
export function checkPayload<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): v.InferOutput<Schema> {
  // a guest that sends millions of wrong numbers must not make us name them all
  const result = v.safeParse(schema, value, { abortEarly: true });
  if (result.success) return result.output;
  throw invalid(schemaProblems(result.issues).join(", "));
}

const maxShownKey = 100;

function invalid(detail: string, cause?: unknown): HostCallError {
  return new HostCallError(`invalid payload: ${detail}`, { code: "HOST_CALL_PAYLOAD_INVALID", cause });
}
