import { GuestTrap } from "../errors.ts";
import { limitNote } from "./guest-error.ts";
import type { GuestState } from "./guest-state.ts";
import type { HostCall } from "./host.ts";

/** The eight parameters with which both protocols call their host (policy-runtime 2.1, 3.1). */
export type HostCallPointers = [
  bindingPointer: number,
  bindingLength: number,
  namespacePointer: number,
  namespaceLength: number,
  operationPointer: number,
  operationLength: number,
  payloadPointer: number,
  payloadLength: number,
];

export type HostCallSettled = { ok: true; response: Uint8Array } | { ok: false; error: Uint8Array };

const encoder = new TextEncoder();
/** No name of a host capability is nearly as long. */
const maxNameBytes = 1024;

/**
 * Makes a guest's host call and hands its end to `settle`, whose number the guest gets. Answers with a promise
 * when the host does: the import must then be a suspending one.
 */
export function makeHostCall(
  state: GuestState,
  pointers: HostCallPointers,
  settle: (settled: HostCallSettled) => number,
): number | Promise<number> {
  if (state.abandoned) throw abandonedTrap();
  countCall(state);
  const call = readHostCall(state, pointers);
  let answer: Uint8Array | Promise<Uint8Array>;
  try {
    answer = state.host.call(call);
  } catch (error) {
    return settle(failed(error));
  }
  if (answer instanceof Uint8Array) return settle(answered(state, answer));
  if (!state.waits) return settle(failed(new Error("this policy may not make host calls that wait")));
  return waitForHost(state, answer, settle);
}

async function waitForHost(
  state: GuestState,
  answer: Promise<Uint8Array>,
  settle: (settled: HostCallSettled) => number,
): Promise<number> {
  const { host } = state;
  host.suspended("call");
  let settled: HostCallSettled;
  try {
    settled = { ok: true, response: await answer };
  } catch (error) {
    settled = failed(error);
  }
  host.resumed("call");
  if (state.abandoned) throw abandonedTrap();
  return settle(settled.ok ? answered(state, settled.response) : settled);
}

function countCall(state: GuestState): void {
  const { maxHostCalls } = state.limits;
  if (++state.hostCalls > maxHostCalls) {
    throw new GuestTrap(
      `the policy made more than ${maxHostCalls} host calls in one evaluation ${limitNote("max-host-calls")}`,
    );
  }
}

function answered(state: GuestState, response: Uint8Array): HostCallSettled {
  const { maxHostAnswerBytes } = state.limits;
  state.hostAnswerBytes += response.length;
  if (state.hostAnswerBytes > maxHostAnswerBytes) {
    throw new GuestTrap(
      `the host calls of one evaluation were answered with more than ${maxHostAnswerBytes} bytes ` +
        limitNote("max-host-answer-bytes"),
    );
  }
  return { ok: true, response };
}

/** What ends a guest whose evaluation nobody waits for. */
export function abandonedTrap(): GuestTrap {
  return new GuestTrap("nobody waits for this evaluation any more");
}

function readHostCall({ memory, limits }: GuestState, pointers: HostCallPointers): HostCall {
  const [binding, bindingLength, namespace, namespaceLength, operation, operationLength, payload, length] =
    pointers;
  const nameLength = Math.max(bindingLength >>> 0, namespaceLength >>> 0, operationLength >>> 0);
  if (nameLength > maxNameBytes) {
    throw new GuestTrap(`host_call: a name of more than ${maxNameBytes} bytes`);
  }
  if (length >>> 0 > limits.maxOutputBytes) {
    throw new GuestTrap(
      `host_call: a payload of more than ${limits.maxOutputBytes} bytes ${limitNote("max-policy-output-bytes")}`,
    );
  }
  return {
    binding: memory.text(binding, bindingLength, "host_call: cannot convert bd"),
    namespace: memory.text(namespace, namespaceLength, "host_call: cannot convert ns"),
    operation: memory.text(operation, operationLength, "host_call: cannot convert op"),
    payload: memory.copy(payload, length),
  };
}

function failed(error: unknown): HostCallSettled {
  return { ok: false, error: encoder.encode(error instanceof Error ? error.message : String(error)) };
}
