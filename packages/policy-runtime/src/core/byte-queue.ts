/**
 * First in, first out: a guest's standard input. It can be added to while the guest reads it, and what was read
 * is let go.
 */
export class ByteQueue {
  #chunks: Uint8Array[] = [];
  #offset = 0;

  push(chunk: Uint8Array): void {
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** Moves up to `target.length` bytes into `target`; returns how many, 0 when the queue is empty. */
  read(target: Uint8Array): number {
    let written = 0;
    while (written < target.length) {
      const head = this.#chunks[0];
      if (head === undefined) break;
      const part = head.subarray(this.#offset, this.#offset + target.length - written);
      target.set(part, written);
      written += part.length;
      this.#offset += part.length;
      if (this.#offset === head.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
    }
    return written;
  }

  clear(): void {
    this.#chunks = [];
    this.#offset = 0;
  }
}
