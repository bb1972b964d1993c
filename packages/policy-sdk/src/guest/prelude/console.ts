import { log } from "../log.ts";

function text(values: readonly unknown[]): string {
  return values.map((value) => (typeof value === "string" ? value : describe(value))).join(" ");
}

function describe(value: unknown): string {
  try {
    return value instanceof Error ? String(value) : (JSON.stringify(value) ?? String(value));
  } catch {
    return String(value);
  }
}

/** What libraries print goes to the host's log. */
export const console = {
  debug: (...values: unknown[]) => log.debug(text(values)),
  log: (...values: unknown[]) => log.info(text(values)),
  info: (...values: unknown[]) => log.info(text(values)),
  warn: (...values: unknown[]) => log.warn(text(values)),
  error: (...values: unknown[]) => log.error(text(values)),
} as const;
