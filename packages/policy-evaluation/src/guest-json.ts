import { hasLoneSurrogate, repeatedKey, schemaProblems } from "@kubewarden-ts/protocol";
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
    const value: unknown = JSON.parse(text);
    const problem = ambiguity(text);
    return problem === undefined ? { kind: "value", value } : { kind: "unreadable", detail: problem };
  } catch (error) {
    return { kind: "unreadable", detail: error instanceof Error ? error.message : String(error) };
  }
}

/** Why two readers of the same JSON could understand it differently. */
function ambiguity(text: string): string | undefined {
  const twice = repeatedKey(text);
  if (twice !== undefined) return `duplicate field \`${twice.slice(0, maxShownKey)}\``;
  return hasLoneSurrogate(text) ? loneSurrogate : undefined;
}

const maxShownKey = 100;
/** What is wrong with a text that UTF-8 cannot hold. */
export const loneSurrogate = "lone surrogate in a string";

/** Checks what a guest said against a schema. */
export function checkGuestJson<Schema extends v.GenericSchema>(
  schema: Schema,
  value: unknown,
): ReadGuestJson<v.InferOutput<Schema>> {
  // millions of wrong items must not all be named
  const result = v.safeParse(schema, value, { abortEarly: true });
  return result.success
    ? { kind: "value", value: result.output }
    : { kind: "unreadable", detail: schemaProblems(result.issues).join(", ") };
}
