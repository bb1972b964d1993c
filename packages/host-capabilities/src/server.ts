import type { CapabilityDeps } from "./capability.ts";
import { capabilityTable } from "./table.ts";

/**
 * Does what host calls ask for. Runs on the main thread, shared by all policies; who may call what was decided by
 * the dispatcher.
 * @param deps - what the deeds need of the process
 * @returns takes the path of a capability and its decoded input; rejects with whatever keeps the deed from being done
 */
export function createCapabilityServer(
  deps: CapabilityDeps,
): (path: string, input: unknown, signal?: AbortSignal) => Promise<unknown> {
  return async (path, input, signal) => {
    const capability = capabilityTable.get(path);
    if (capability?.kind !== "served") throw new Error(`unknown host capability: ${path}`);
    return await capability.run(input, deps, signal);
  };
}
