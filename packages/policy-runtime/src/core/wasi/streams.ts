import type { GuestMemory } from "../guest-memory.ts";
import type { GuestState } from "../guest-state.ts";
import { errno } from "./errno.ts";

const characterDevice = 2;
const rightToRead = 1n << 1n;
const rightToWrite = 1n << 6n;
const rightToPoll = 1n << 27n;
const vectorSize = 8;

/** Ends a program where it waits for its input, with its memory as it is there. */
export class StopAtRead extends Error {
  override readonly name = "StopAtRead";
}

/** The three standard streams; every other descriptor is unknown. */
export function streamFunctions(state: GuestState, write: (descriptor: number, bytes: Uint8Array) => void) {
  const known = (descriptor: number): boolean => descriptor >= 0 && descriptor <= 2;
  return {
    fd_read(descriptor: number, vectors: number, count: number, sizePointer: number): number {
      if (descriptor !== 0) return errno.badFileDescriptor;
      if (state.stopsAtRead) throw new StopAtRead();
      let total = 0;
      for (const target of vectorsAt(state.memory, vectors, count)) {
        const size = state.stdin.read(target);
        total += size;
        if (size < target.length) break;
      }
      state.memory.writeU32(sizePointer, total);
      return errno.success;
    },
    fd_write(descriptor: number, vectors: number, count: number, sizePointer: number): number {
      if (descriptor !== 1 && descriptor !== 2) return errno.badFileDescriptor;
      let total = 0;
      for (const source of vectorsAt(state.memory, vectors, count)) {
        write(descriptor, source);
        total += source.length;
      }
      state.memory.writeU32(sizePointer, total);
      return errno.success;
    },
    fd_fdstat_get(descriptor: number, pointer: number): number {
      if (!known(descriptor)) return errno.badFileDescriptor;
      const target = state.memory.slice(pointer, 24);
      target.fill(0);
      target[0] = characterDevice;
      const rights = rightToPoll | (descriptor === 0 ? rightToRead : rightToWrite);
      state.memory.view.setBigUint64((pointer >>> 0) + 8, rights, true);
      return errno.success;
    },
    fd_filestat_get(descriptor: number, pointer: number): number {
      if (!known(descriptor)) return errno.badFileDescriptor;
      const target = state.memory.slice(pointer, 64);
      target.fill(0);
      target[16] = characterDevice;
      return errno.success;
    },
    fd_fdstat_set_flags: (descriptor: number): number => of(known(descriptor)),
    fd_close: (descriptor: number): number => of(known(descriptor)),
    fd_sync: (descriptor: number): number => of(known(descriptor)),
    fd_datasync: (descriptor: number): number => of(known(descriptor)),
    fd_seek: (descriptor: number): number => seekError(known(descriptor)),
    fd_tell: (descriptor: number): number => seekError(known(descriptor)),
    fd_prestat_get: (): number => errno.badFileDescriptor,
    fd_prestat_dir_name: (): number => errno.badFileDescriptor,
  };
}

function of(known: boolean): number {
  return known ? errno.success : errno.badFileDescriptor;
}

function seekError(known: boolean): number {
  return known ? errno.illegalSeek : errno.badFileDescriptor;
}

function* vectorsAt(memory: GuestMemory, pointer: number, count: number): Generator<Uint8Array> {
  for (let index = 0; index < count >>> 0; index++) {
    const at = (pointer >>> 0) + index * vectorSize;
    memory.slice(at, vectorSize);
    yield memory.slice(memory.view.getUint32(at, true), memory.view.getUint32(at + 4, true));
  }
}
