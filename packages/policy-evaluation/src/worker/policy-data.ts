import {
  type Dispatcher,
  HostCallError,
  type Inventory,
  type QuestionOptions,
} from "@kubewarden-ts/host-capabilities";
import { type RegoMode, regoData } from "./rego-data.ts";
import type { PolicyContext } from "./worker-answer.ts";

/** The data document of one Rego policy. While the cluster does not change it is the same array again and again. */
export interface PolicyData {
  /** Answers at once when the policy reads nothing of the cluster. */
  current(options: QuestionOptions): Uint8Array | Promise<Uint8Array>;
}

export function createPolicyData(
  mode: RegoMode,
  { settings, contextAwareResources }: PolicyContext,
  dispatcher: Dispatcher,
): PolicyData {
  if (contextAwareResources.length === 0) {
    const fixed = regoData(mode, settings, undefined);
    return { current: () => fixed };
  }
  let last: { inventory: Inventory; document: Uint8Array } | undefined;
  return {
    async current(options) {
      const inventory = await readInventory(dispatcher, mode, last?.inventory, options);
      if (last === undefined || last.inventory !== inventory) {
        last = { inventory, document: regoData(mode, settings, inventory.bytes) };
      }
      return last.document;
    },
  };
}

async function readInventory(
  dispatcher: Dispatcher,
  mode: RegoMode,
  known: Inventory | undefined,
  options: QuestionOptions,
): Promise<Inventory> {
  try {
    return await dispatcher.inventory(mode, known, options);
  } catch (cause) {
    if (!(cause instanceof HostCallError) || cause.code === "HOST_CALL_DENIED") throw cause;
    throw new HostCallError(`cannot perform a request via callback channel: ${cause.message}`, {
      code: cause.code,
      cause,
    });
  }
}
