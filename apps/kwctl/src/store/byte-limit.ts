/** Counts bytes that pass, and stops them. */
export interface ByteLimit {
  /** A part of a pipeline. */
  watch(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array>;
  /** Lets further bytes pass. */
  allow(bytes: number): void;
}

/** @param error - what a stream with more bytes ends with */
export function limitTo(maxBytes: number, error: () => Error): ByteLimit {
  let left = maxBytes;
  return {
    async *watch(source) {
      for await (const chunk of source) {
        left -= chunk.length;
        if (left < 0) throw error();
        yield chunk;
      }
    },
    allow(bytes) {
      left += bytes;
    },
  };
}
