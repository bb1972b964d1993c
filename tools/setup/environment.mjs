import { join } from "node:path";
import { readStamp, writeWhole } from "./stamp.mjs";

/**
 * Leaves for the tests what this machine has; `tests/support/requirements.ts` reads it.
 * @param {string} cacheFolder
 * @param {Record<string, {available: boolean, reason?: string, optedOut?: boolean}>} parts
 */
export function writeEnvironment(cacheFolder, parts) {
  const path = join(cacheFolder, "environment.json");
  const text = `${JSON.stringify(parts, undefined, 2)}\n`;
  if (readStamp(path) !== text.trim()) writeWhole(path, text);
}
