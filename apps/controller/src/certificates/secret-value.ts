import type { Secret } from "@kubewarden-ts/api/core";

/** The text under a key of a Secret; `undefined` when there is none, or an empty one. */
export function decodeSecretValue(secret: Secret | undefined, key: string): string | undefined {
  const value = secret?.data?.[key];
  return value === undefined || value === "" ? undefined : Buffer.from(value, "base64").toString();
}

/** Texts as the `data` of a Secret. */
export function encodeSecretValues(values: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).map(([key, text]) => [key, Buffer.from(text).toString("base64")]),
  );
}
