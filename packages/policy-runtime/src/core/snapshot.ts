const chunkBytes = 4096;
const pageBytes = 65_536;
/** A memory that grew by more than this is let go instead of being restored: clearing it would cost more. */
const maxGrowthBytes = 4 * 1024 * 1024;

/**
 * The state of a fresh instance, from which used ones are restored: its non-zero memory in pieces of 4 KiB, its
 * mutable globals and the size its memory claims to have. Plain data, shared by all workers without a copy.
 */
export interface Snapshot {
  /** Content of all runs that are not zero, one after the other. */
  readonly packed: Uint8Array;
  /** Runs of memory in triples: start, end, offset in `packed` or -1 for zeroes. */
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

/** Takes the state of `memory` and of the globals named. */
export function takeSnapshot(
  memory: WebAssembly.Memory,
  exports: WebAssembly.Exports,
  globalNames: readonly string[],
): Snapshot {
  const bytes = new Uint8Array(memory.buffer);
  const runs = findRuns(bytes);
  const used = runs.reduce((sum, run) => sum + (run.zero ? 0 : run.end - run.start), 0);
  const packed = new Uint8Array(new SharedArrayBuffer(used));
  const triples: number[] = [];
  let offset = 0;
  for (const { start, end, zero } of runs) {
    triples.push(start, end, zero ? -1 : offset);
    if (zero) continue;
    packed.set(bytes.subarray(start, end), offset);
    offset += end - start;
  }
  return {
    packed,
    runs: triples,
    length: runs.at(-1)?.end ?? 0,
    memoryBytes: bytes.length,
    globals: globalNames.map((name) => [name, globalOf(exports, name).value]),
  };
}

/** Makes a new instance, whose memory holds only its own data segments, equal to the snapshot. */
export function adoptSnapshot(
  snapshot: Snapshot,
  memory: WebAssembly.Memory,
  exports: WebAssembly.Exports,
): void {
  const missing = snapshot.memoryBytes - memory.buffer.byteLength;
  if (missing > 0) memory.grow(missing / pageBytes);
  restoreSnapshot(snapshot, memory, exports);
}

/** Whether a used instance is worth being put back: of one whose memory grew a lot, a new instance is cheaper. */
export function isWorthRestoring(snapshot: Snapshot, memory: WebAssembly.Memory): boolean {
  return memory.buffer.byteLength - snapshot.memoryBytes <= maxGrowthBytes;
}

/** Puts a used instance back; its memory must not be smaller than the snapshot's. */
export function restoreSnapshot(
  snapshot: Snapshot,
  memory: WebAssembly.Memory,
  exports: WebAssembly.Exports,
): void {
  const bytes = new Uint8Array(memory.buffer);
  const { packed, runs } = snapshot;
  for (let index = 0; index < runs.length; index += 3) {
    const start = runs[index]!;
    const end = runs[index + 1]!;
    const offset = runs[index + 2]!;
    if (offset < 0) bytes.fill(0, start, end);
    else bytes.set(packed.subarray(offset, offset + end - start), start);
  }
  bytes.fill(0, snapshot.length);
  for (const [name, value] of snapshot.globals) globalOf(exports, name).value = value;
}

function globalOf(exports: WebAssembly.Exports, name: string): WebAssembly.Global {
  return exports[name] as WebAssembly.Global;
}

interface Run {
  start: number;
  end: number;
  zero: boolean;
}

function findRuns(bytes: Uint8Array): Run[] {
  const words = new BigUint64Array(bytes.buffer, 0, bytes.length >>> 3);
  const runs: Run[] = [];
  for (let start = 0; start < bytes.length; start += chunkBytes) {
    const zero = isZero(words, start >>> 3, (start + chunkBytes) >>> 3);
    const last = runs.at(-1);
    if (last?.zero === zero) last.end = start + chunkBytes;
    else runs.push({ start, end: start + chunkBytes, zero });
  }
  if (runs.at(-1)?.zero) runs.pop();
  return runs;
}

function isZero(words: BigUint64Array, from: number, to: number): boolean {
  for (let index = from; index < to; index++) if (words[index] !== 0n) return false;
  return true;
}
