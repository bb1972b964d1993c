import { join } from "node:path";
import { readStamp, writeWhole } from "./stamp.mjs";

/**
 * Leaves for the tests what the set-up found out about parts; `tests/support/requirements.ts` reads it. Parts it says
 * nothing of keep what was found before: tests may run beside a set-up of the same checkout.
 * @param {string} cacheFolder
 * @param {Record<string, import("./context.mjs").Part>} parts
 */
export function writeEnvironment(cacheFolder, parts) {
  const path = join(cacheFolder, "environment.json");
  const before = readStamp(path);
  const known = before === undefined ? {} : JSON.parse(before);
  const text = `${JSON.stringify({ ...known, ...parts }, undefined, 2)}\n`;
  if (before !== text.trim()) writeWhole(path, text);
}
