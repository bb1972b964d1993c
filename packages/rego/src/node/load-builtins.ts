import type { BuiltinTable } from "../core/builtin.ts";
import { builtinFamilies } from "./builtin-families.ts";

/** Names of the functions that need Node.js, in order (policy-runtime 4.2). */
export const nodeBuiltinNames: readonly string[] = builtinFamilies.flatMap(({ names }) => names).sort();

/** Names of all functions that policies may call, in order (policy-server 1). */
export function builtinNames(): readonly string[] {
  return nodeBuiltinNames;
}

/**
 * The table for a module: what it asks for of the functions that need Node.js, and those beside them. Calls are synchronous
 * then; to be asked once for each module, in each thread.
 * @param names - what the module asks for; those that are not known are passed over, see `resolveBuiltins`
 * @param core - functions that need nothing of the host
 */
export async function loadBuiltins(names: readonly string[], core: BuiltinTable = {}): Promise<BuiltinTable> {
  const asked = new Set(names);
  const families = builtinFamilies.filter((family) => family.names.some((name) => asked.has(name)));
  const tables = await Promise.all(families.map(({ load }) => load()));
  return Object.assign({}, core, ...tables);
}
