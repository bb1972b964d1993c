import { GuestTrap } from "../errors.ts";

const lenient = new TextDecoder("utf-8");

/** Collects what a guest writes, up to a limit that ends the guest. */
export class LimitedOutput {
  readonly #what: string;
  readonly #maxBytes: number;
  #chunks: Uint8Array[] = [];
  #length = 0;

  constructor(what: string, maxBytes: number) {
    this.#what = what;
    this.#maxBytes = maxBytes;
  }

  push(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#maxBytes) {
      throw new GuestTrap(`the policy wrote more than ${this.#maxBytes} bytes to ${this.#what}`);
    }
    this.#chunks.push(bytes.slice());
    this.#length += bytes.length;
  }

  /** All bytes so far; the collection starts again from nothing. */
  take(): Uint8Array {
    const [only, ...more] = this.#chunks;
    let all = only ?? new Uint8Array(0);
    if (more.length > 0) {
      all = new Uint8Array(this.#length);
      let offset = 0;
      for (const chunk of this.#chunks) {
        all.set(chunk, offset);
        offset += chunk.length;
      }
    }
    this.#chunks = [];
    this.#length = 0;
    return all;
  }
}

/** Collects printed text; beyond the limit it is dropped, since a chatty guest is no reason to fail. */
export class PrintedText {
  readonly #maxBytes: number;
  #text = "";
  #left: number;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#left = maxBytes;
  }

  push(bytes: Uint8Array): void {
    if (this.#left <= 0) return;
    this.#text += lenient.decode(bytes.subarray(0, this.#left));
    this.#left -= bytes.length;
  }

  /** The text so far. */
  peek(): string {
    return this.#left < 0 ? `${this.#text}… (cut after ${this.#maxBytes} bytes)` : this.#text;
  }

  /** The text so far; the collection starts again from nothing. */
  take(): string {
    const text = this.peek();
    this.#text = "";
    this.#left = this.#maxBytes;
    return text;
  }
}
