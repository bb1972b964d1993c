import { GuestTrap } from "../errors.ts";
import { limitNote } from "./guest-error.ts";
import type { GuestState } from "./guest-state.ts";
import { type HostCallPointers, makeHostCall } from "./host-call.ts";
import { cutNote } from "./output.ts";

/** Names of the functions a host offers to waPC guests (policy-runtime 2.1). */
export type WapcImports = ReturnType<typeof wapcImports>;

/**
 * The import module `wapc`, working on `state`. `__host_call` answers with a promise when the host does: wrap it
 * as a suspending import, or let the guest make only calls that are answered at once.
 */
export function wapcImports(state: GuestState) {
  return {
    __guest_request(operationPointer: number, payloadPointer: number): void {
      let pointer = payloadPointer >>> 0;
      for (const piece of state.payload) {
        state.memory.write(pointer, piece);
        pointer += piece.length;
      }
      state.memory.write(operationPointer, state.operation);
    },
    __guest_response(pointer: number, length: number): void {
      const { maxOutputBytes } = state.limits;
      if (length >>> 0 > maxOutputBytes) {
        throw new GuestTrap(
          `the policy answered with more than ${maxOutputBytes} bytes ${limitNote("max-policy-output-bytes")}`,
        );
      }
      state.response = state.memory.copy(pointer, length);
    },
    __guest_error(pointer: number, length: number): void {
      state.guestError = printable(state, pointer, length, "guest_error_func: cannot convert message");
    },
    __console_log(pointer: number, length: number): void {
      state.host.print(printable(state, pointer, length, "console_log: cannot convert message"));
    },
    __host_call(...pointers: HostCallPointers): number | Promise<number> {
      state.hostResponse = undefined;
      state.hostError = undefined;
      return makeHostCall(state, pointers, (settled) => {
        if (settled.ok) state.hostResponse = settled.response;
        else state.hostError = settled.error;
        return settled.ok ? 1 : 0;
      });
    },
    __host_response_len: (): number => state.hostResponse?.length ?? 0,
    __host_response(pointer: number): void {
      if (state.hostResponse !== undefined) state.memory.write(pointer, state.hostResponse);
    },
    __host_error_len: (): number => state.hostError?.length ?? 0,
    __host_error(pointer: number): void {
      if (state.hostError !== undefined) state.memory.write(pointer, state.hostError);
    },
  };
}

/** Text for people; of one that nobody would read to its end, the beginning. */
function printable({ memory, limits }: GuestState, pointer: number, length: number, what: string): string {
  const { maxPrintBytes } = limits;
  if (length >>> 0 <= maxPrintBytes) return memory.text(pointer, length, what);
  const beginning = new TextDecoder().decode(memory.slice(pointer, length).subarray(0, maxPrintBytes));
  return beginning + cutNote(maxPrintBytes);
}

/**
 * The import `call` of WASI guests (policy-runtime 3.1): 0 is success, 1 an error; answer and error text alike
 * are appended to the guest's standard input.
 */
export function wasiHostCall(state: GuestState): (...pointers: HostCallPointers) => number | Promise<number> {
  return (...pointers) =>
    makeHostCall(state, pointers, (settled) => {
      state.stdin.push(settled.ok ? settled.response : settled.error);
      return settled.ok ? 0 : 1;
    });
}
