import { type ClearMemory, chunkBytes } from "./clear-memory.ts";

const pageBytes = 65_536;
/** A memory that grew by more than this is let go instead of being restored: clearing it would cost more. */
const maxGrowthBytes = 4 * 1024 * 1024;
const maxRestoredBytes = 256 * 1024 * 1024;
const maxRestoredGlobals = 10_000;

/**
 * The state of a fresh instance, from which used ones are restored: its non-zero memory in pieces of 4 KiB, its
 * mutable globals and the size its memory claims to have. Plain data, shared by all workers without a copy.
 */
export interface Snapshot {
  /** Content of all runs that are not zero, one after the other; what another snapshot holds already is taken from there. */
  readonly contents: readonly Uint8Array[];
  /** Runs of memory in fours: start, end, index in `contents` or -1 for zeroes, offset in there. */
  readonly runs: readonly number[];
  /** Where the last run ends; all behind it is zero. */
  readonly length: number;
  /** Real size of the memory when the snapshot was taken, in bytes. */
  readonly memoryBytes: number;
  readonly globals: readonly (readonly [name: string, value: number | bigint])[];
}

/** A program that was stopped where it reads its input for the first time. */
export interface WaitingSnapshot {
  /** What it was started for. */
  readonly operation: string;
  readonly snapshot: Snapshot;
  /** Export name of the function that goes on with it. */
  readonly resume: string;
}

/** What of an instance has a state. */
export interface Restorable {
  readonly memory: WebAssembly.Memory;
  readonly exports: WebAssembly.Exports;
  readonly clearMemory: ClearMemory;
}

/**
 * Takes the state of an instance's memory and of the globals named.
 * @param like - a snapshot of the same module; what both have in common is kept once
 */
export function takeSnapshot(
  instance: Pick<Restorable, "memory" | "exports">,
  globalNames: readonly string[],
  like?: Snapshot,
): Snapshot {
  const bytes = new Uint8Array(instance.memory.buffer);
  const shared = like?.contents[0];
  const runs = findRuns(bytes, like);
  const used = runs.reduce((sum, { kind, start, end }) => sum + (kind === "own" ? end - start : 0), 0);
  const own = new Uint8Array(new SharedArrayBuffer(used));
  const fours: number[] = [];
  let offset = 0;
  for (const { kind, start, end, sharedOffset } of runs) {
    switch (kind) {
      case "zero":
        fours.push(start, end, -1, 0);
        break;
      case "shared":
        fours.push(start, end, 1, sharedOffset);
        break;
      case "own":
        fours.push(start, end, 0, offset);
        own.set(bytes.subarray(start, end), offset);
        offset += end - start;
    }
  }
  return {
    contents: shared === undefined ? [own] : [own, shared],
    runs: fours,
    length: runs.at(-1)?.end ?? 0,
    memoryBytes: bytes.length,
    globals: globalNames.map((name) => [name, globalOf(instance.exports, name).value]),
  };
}

/** Makes a new instance, whose memory holds only its own data segments, equal to the snapshot. */
export function adoptSnapshot(snapshot: Snapshot, instance: Restorable): void {
  const { memory } = instance;
  const missing = snapshot.memoryBytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(missing / pageBytes);
  restoreSnapshot(snapshot, instance);
}

/**
 * Whether a used instance is worth being put back: of one whose memory grew a lot, a new instance is cheaper. So it is of one
 * with more state than compilers make: putting it back is nobody's time, making it is its policy's.
 */
export function isWorthRestoring({ memoryBytes, globals }: Snapshot, memory: WebAssembly.Memory): boolean {
  const bytes = memory.buffer.byteLength;
  return (
    bytes - memoryBytes <= maxGrowthBytes && bytes <= maxRestoredBytes && globals.length <= maxRestoredGlobals
  );
}

/** Puts a used instance back; its memory must not be smaller than the snapshot's. */
export function restoreSnapshot(snapshot: Snapshot, { memory, exports, clearMemory }: Restorable): void {
  const bytes = new Uint8Array(memory.buffer);
  const { contents, runs } = snapshot;
  for (let index = 0; index < runs.length; index += 4) {
    const start = runs[index]!;
    const end = runs[index + 1]!;
    const content = contents[runs[index + 2]!];
    const offset = runs[index + 3]!;
    if (content === undefined) clearMemory(start, end);
    else bytes.set(content.subarray(offset, offset + end - start), start);
  }
  clearMemory(snapshot.length, bytes.length);
  for (const [name, value] of snapshot.globals) globalOf(exports, name).value = value;
}

function globalOf(exports: WebAssembly.Exports, name: string): WebAssembly.Global {
  return exports[name] as WebAssembly.Global;
}

interface Run {
  readonly kind: "zero" | "own" | "shared";
  readonly start: number;
  end: number;
  /** of a shared run: where its content begins */
  readonly sharedOffset: number;
}

/** Runs of chunks of the same kind; shared ones lie one behind the other where they come from, too. */
function findRuns(bytes: Uint8Array, like: Snapshot | undefined): Run[] {
  const runs: Run[] = [];
  const offsetInLike = like === undefined ? () => undefined : ownOffsets(like);
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const end = start + chunkBytes;
    const chunk = bytes.subarray(start, end);
    const offset = offsetInLike(start);
    const isShared = offset !== undefined && areEqual(chunk, like!.contents[0]!.subarray(offset));
    const kind = isZero(chunk) ? "zero" : isShared ? "shared" : "own";
    const last = runs.at(-1);
    const goesOn =
      last?.kind === kind && (kind !== "shared" || last.sharedOffset + (start - last.start) === offset);
    if (goesOn) last.end = end;
    else runs.push({ kind, start, end, sharedOffset: offset ?? 0 });
  }
  if (runs.at(-1)?.kind === "zero") runs.pop();
  return runs;
}

/** Where a snapshot has the content of a chunk, by address. */
function ownOffsets({ runs }: Snapshot): (address: number) => number | undefined {
  const offsets = new Map<number, number>();
  for (let index = 0; index < runs.length; index += 4) {
    if (runs[index + 2] !== 0) continue;
    const start = runs[index]!;
    for (let at = start; at < runs[index + 1]!; at += chunkBytes) {
      offsets.set(at, runs[index + 3]! + (at - start));
    }
  }
  return (address) => offsets.get(address);
}

function isZero(chunk: Uint8Array): boolean {
  const words = wordsOf(chunk);
  for (let index = 0; index < words.length; index++) if (words[index] !== 0) return false;
  return true;
}

/** @param other - as long as `chunk`, or longer */
function areEqual(chunk: Uint8Array, other: Uint8Array): boolean {
  const words = wordsOf(chunk);
  const others = wordsOf(other);
  for (let index = 0; index < words.length; index++) if (words[index] !== others[index]) return false;
  return true;
}

function wordsOf({ buffer, byteOffset }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, chunkBytes / Int32Array.BYTES_PER_ELEMENT);
}
