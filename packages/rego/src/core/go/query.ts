import { byteTextOf, textOfBytes } from "./text.ts";

/** Escapes a text for the query of a URL as Go does (`url.QueryEscape`). */
export function escapeQuery(text: string): string {
  return byteTextOf(text).replaceAll(/[^A-Za-z0-9\-_.~]/g, (byte) =>
    byte === " " ? "+" : `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

/**
 * Takes the escapes out of a part of a query (`url.QueryUnescape`).
 * @returns `undefined` for a malformed escape
 */
export function unescapeQuery(text: string): string | undefined {
  if (/%(?![0-9A-Fa-f]{2})/.test(text)) return undefined;
  const bytes = byteTextOf(text).replaceAll(/\+|%(..)/gs, (all, digits: string) =>
    all === "+" ? " " : String.fromCharCode(Number.parseInt(digits, 16)),
  );
  return textOfBytes(bytes);
}

/** Settings that a query may have at most, as Go has it. */
const maxSettings = 10_000;

/**
 * Reads a query (`url.ParseQuery`): the values of each name, in order.
 * @returns `undefined` for a malformed one
 */
export function parseQuery(query: string): Map<string, string[]> | undefined {
  const values = new Map<string, string[]>();
  const settings = query.split("&");
  if (settings.length > maxSettings) return undefined;
  for (const setting of settings) {
    if (setting.includes(";")) return undefined;
    if (setting === "") continue;
    const equals = setting.indexOf("=");
    const name = unescapeQuery(equals < 0 ? setting : setting.slice(0, equals));
    const value = unescapeQuery(equals < 0 ? "" : setting.slice(equals + 1));
    if (name === undefined || value === undefined) return undefined;
    const known = values.get(name);
    if (known === undefined) values.set(name, [value]);
    else known.push(value);
  }
  return values;
}
