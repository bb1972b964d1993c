import type { BuiltinTable } from "../core/builtin.ts";
import { builtinFamilies } from "./builtin-families.ts";

/** Names of all functions that policies may call, in order (policy-runtime 4.2, policy-server 1). */
export const builtinNames: readonly string[] = builtinFamilies.flatMap(({ names }) => names).sort();

/**
 * The functions that a module asks for, and those that come with them. Calls are synchronous then; to be asked once for each
 * module, in each thread.
 * @param names - what the module asks for; those that are not known are passed over, see `resolveBuiltins`
 */
export async function loadBuiltins(names: readonly string[]): Promise<BuiltinTable> {
  const asked = new Set(names);
  const families = builtinFamilies.filter((family) => family.names.some((name) => asked.has(name)));
  const tables = await Promise.all(families.map(({ load }) => load()));
  return Object.assign({}, ...tables);
}
