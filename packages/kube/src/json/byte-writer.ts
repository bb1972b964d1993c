/** Collects bytes that are written one after the other. */
export interface ByteWriter {
  /** how many bytes stand in it */
  readonly length: number;
  write(bytes: Uint8Array, start?: number, end?: number): void;
  byte(value: number): void;
  /** Takes back everything from `length` on. */
  truncate(length: number): void;
  /** What was written; overwritten by what is written after `truncate`. */
  view(): Uint8Array;
  /** What was written, as bytes of its own; the writer is empty afterwards. */
  take(): Uint8Array;
}

/** Below this, copying byte by byte costs less than the view that `set` needs, and leaves nothing behind. */
const shortBytes = 128;

/** Memory is asked of the system page by page from here on: room that is not written to costs nothing. */
const smallBytes = 64 * 1024;
/** Above 32 MiB, the C library always gives freed memory back to the system; below, it may keep it for good. */
const roomyBytes = 33 * 1024 * 1024;

export interface ByteWriterOptions {
  /** room at the beginning; it grows as needed, and is kept for what comes after `take` */
  readonly initialBytes?: number;
  /** For what is used once and may get big: where 64 KiB are not enough, 33 MiB are set aside. */
  readonly roomy?: boolean;
}

export function createByteWriter({ initialBytes = 4096, roomy = false }: ByteWriterOptions = {}): ByteWriter {
  let buffer = new Uint8Array(initialBytes);
  let length = 0;

  function reserve(more: number): void {
    const needed = length + more;
    if (needed <= buffer.length) return;
    const doubled = Math.max(needed, buffer.length * 2);
    const bigger = new Uint8Array(roomy && needed > smallBytes ? Math.max(doubled, roomyBytes) : doubled);
    bigger.set(buffer.subarray(0, length));
    buffer = bigger;
  }

  return {
    get length() {
      return length;
    },
    write(bytes, start = 0, end = bytes.length) {
      reserve(end - start);
      if (end - start < shortBytes) {
        for (let position = start; position < end; position++) buffer[length++] = bytes[position]!;
      } else {
        buffer.set(bytes.subarray(start, end), length);
        length += end - start;
      }
    },
    byte(value) {
      reserve(1);
      buffer[length++] = value;
    },
    truncate(to) {
      length = to;
    },
    view: () => buffer.subarray(0, length),
    take() {
      const taken = buffer.slice(0, length);
      length = 0;
      return taken;
    },
  };
}
