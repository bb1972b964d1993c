import { GuestExit, GuestTrap } from "../../errors.ts";
import type { GuestState } from "../guest-state.ts";
import { errno } from "./errno.ts";

/** Arguments, the empty environment, randomness and the end of the process. */
export function processFunctions(state: GuestState) {
  return {
    args_sizes_get(countPointer: number, sizePointer: number): number {
      state.memory.writeU32(countPointer, state.args.length);
      state.memory.writeU32(
        sizePointer,
        state.args.reduce((size, arg) => size + arg.length + 1, 0),
      );
      return errno.success;
    },
    args_get(pointersPointer: number, bufferPointer: number): number {
      let pointer = bufferPointer >>> 0;
      state.args.forEach((arg, index) => {
        state.memory.writeU32((pointersPointer >>> 0) + 4 * index, pointer);
        state.memory.write(pointer, arg);
        state.memory.write(pointer + arg.length, new Uint8Array(1));
        pointer += arg.length + 1;
      });
      return errno.success;
    },
    environ_sizes_get(countPointer: number, sizePointer: number): number {
      state.memory.writeU32(countPointer, 0);
      state.memory.writeU32(sizePointer, 0);
      return errno.success;
    },
    environ_get: (): number => errno.success,
    random_get(pointer: number, length: number): number {
      const target = state.memory.slice(pointer, length);
      // The platform fills at most 64 KiB a call.
      for (let offset = 0; offset < target.length; offset += 65_536) {
        state.environment.fillRandom(target.subarray(offset, offset + 65_536));
      }
      return errno.success;
    },
    sched_yield: (): number => errno.success,
    proc_exit(code: number): never {
      const status = code >>> 0;
      if (status >= 126) throw new GuestTrap("exit with invalid exit status outside of [0..126)");
      throw new GuestExit(status);
    },
    proc_raise: (): number => errno.notSupported,
  };
}
