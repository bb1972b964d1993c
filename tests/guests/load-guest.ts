import { readFileSync } from "node:fs";
import {
  createGuest,
  defaultLimits,
  type GuestEnvironment,
  type GuestHost,
  type GuestProtocol,
  prepareModule,
} from "@kubewarden-ts/policy-runtime/core";
import { type BuiltGuest, guestModulePath } from "../support/requirements.ts";

const environment: GuestEnvironment = {
  now: () => 0,
  monotonic: () => 1, // Go refuses a clock that reads zero
  fillRandom: (bytes) => void bytes.fill(7),
  sleep: () => ({ done: Promise.resolve(), cancel: () => {} }),
};

/** Calls an operation of a guest; answers what it answered, read as JSON, or the text of its failure. */
export type CallGuest = (operation: string, payload: unknown) => Promise<unknown>;

/** A guest that the set-up built, in this thread; each call gets an instance of its own. */
export async function loadGuest(
  name: BuiltGuest,
  protocol: GuestProtocol,
  host: GuestHost,
): Promise<CallGuest> {
  const limits = defaultLimits;
  const prepared = await prepareModule(readFileSync(guestModulePath(name)), protocol, {
    environment,
    limits,
  });
  return async (operation, payload) => {
    const guest = createGuest(prepared, { environment, limits, hostCallsMayWait: true });
    const result = await guest.call(
      { operation, pieces: [new TextEncoder().encode(JSON.stringify(payload))] },
      host,
    );
    return result.kind === "answer" ? JSON.parse(new TextDecoder().decode(result.bytes)) : result.text;
  };
}
