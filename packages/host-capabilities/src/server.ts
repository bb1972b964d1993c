import type { CapabilityAnswer, CapabilityDeps } from "./capability.ts";
import { capabilityTable } from "./table.ts";

/** Does on the main thread what host calls ask for. */
export type CapabilityServer = (
  path: string,
  input: unknown,
  signal?: AbortSignal,
) => Promise<CapabilityAnswer>;

/**
 * Does what host calls ask for. Runs on the main thread, shared by all policies; who may call what was decided by
 * the dispatcher.
 * @param deps - what the deeds need of the process
 * @returns takes the path of a capability and its decoded input; rejects with whatever keeps the deed from being done
 */
export function createCapabilityServer(deps: CapabilityDeps): CapabilityServer {
  return async (path, input, signal) => {
    const capability = capabilityTable.get(path);
    if (capability === undefined || capability.kind === "local") {
      throw new Error(`unknown host capability: ${path}`);
    }
    return await capability.run(input, deps, signal);
  };
}
