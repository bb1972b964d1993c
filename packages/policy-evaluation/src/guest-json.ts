import { schemaProblems } from "@kubewarden-ts/protocol";
import * as v from "valibot";

/** Something a guest said that could be read, or why not. */
export type ReadGuestJson<Value> = { kind: "value"; value: Value } | { kind: "unreadable"; detail: string };

/** Reads the bytes of a guest's answer where numbers need not be kept exactly. */
export function readGuestJson<Schema extends v.GenericSchema>(
  schema: Schema,
  bytes: Uint8Array,
): ReadGuestJson<v.InferOutput<Schema>> {
  const parsed = parseGuestJson(bytes);
  return parsed.kind === "unreadable" ? parsed : checkGuestJson(schema, parsed.value);
}

/** Reads the bytes of a guest's answer as JSON of any shape. */
export function parseGuestJson(bytes: Uint8Array): ReadGuestJson<unknown> {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    return { kind: "value", value: JSON.parse(text) };
  } catch (error) {
    return { kind: "unreadable", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Checks what a guest said against a schema. */
export function checkGuestJson<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): ReadGuestJson<v.InferOutput<Schema>> {
  const result = v.safeParse(schema, value);
  return result.success
    ? { kind: "value", value: result.output }
    : { kind: "unreadable", detail: schemaProblems(result.issues).join(", ") };
}
