import { WasmError } from "./errors.ts";
import { type Limits, standardPageBytes } from "./limits.ts";
import type { TableType } from "./table.ts";

/** What 32-bit addresses reach but for the last page, so that adding to an address that is in the memory never wraps round. */
const addressablePages = 65_535;
const pagesPerMebibyte = 16;

/** Limits that have a maximum. */
export interface BoundedLimits extends Limits {
  readonly maximum: number;
}

/**
 * Lowers the maximum of each memory so that together they cannot take more than `maxPages` of 64 KiB. What is left
 * above their initial sizes goes to the first memories.
 * @throws {WasmError} `WASM_MEMORY_LIMIT` when the initial sizes are above it already
 */
export function limitMemories(memories: readonly Limits[], maxPages: number): BoundedLimits[] {
  const allowedPages = Math.min(maxPages, addressablePages);
  const initialBytes = memories.reduce((sum, { minimum, pageBytes }) => sum + minimum * pageBytes, 0);
  let sparePages = allowedPages - Math.ceil(initialBytes / standardPageBytes);
  if (sparePages < 0) throw tooLarge(initialBytes / standardPageBytes, allowedPages);
  return memories.map((memory) => {
    const reachable = memory.minimum + Math.floor((sparePages * standardPageBytes) / memory.pageBytes);
    const maximum = Math.min(memory.maximum ?? reachable, reachable, 0xffff_ffff);
    sparePages -= Math.ceil(((maximum - memory.minimum) * memory.pageBytes) / standardPageBytes);
    return { ...memory, maximum };
  });
}

function tooLarge(initialPages: number, allowedPages: number): WasmError {
  const [initial, allowed] = [initialPages, allowedPages].map((pages) => pages / pagesPerMebibyte);
  return new WasmError(`the module starts with ${initial} MiB of memory, ${allowed} MiB are allowed`, {
    code: "WASM_MEMORY_LIMIT",
  });
}

/** Far more than any compiler makes; the engine would give ten times as much, 8 bytes an element. */
const maxTableElements = 1_000_000;

/**
 * Lowers the maximum of each table so that together they cannot take more than a module needs; each may grow by the same share
 * of what is left above their initial sizes.
 * @throws {WasmError} `WASM_LIMIT` when the initial sizes are above it already
 */
export function limitTables(tables: readonly TableType[]): BoundedLimits[] {
  const elements = tables.reduce((sum, { limits }) => sum + limits.minimum, 0);
  if (elements > maxTableElements) {
    throw new WasmError(
      `the module starts with ${elements} elements in its tables, ${maxTableElements} are allowed`,
      { code: "WASM_LIMIT" },
    );
  }
  const share = Math.floor((maxTableElements - elements) / tables.length);
  return tables.map(({ limits }) => {
    const reachable = limits.minimum + share;
    return { ...limits, maximum: Math.min(limits.maximum ?? reachable, reachable) };
  });
}
