import { GuestTrap } from "../errors.ts";
import { limitNote } from "./guest-error.ts";

const lenient = new TextDecoder("utf-8");
const nothing = new Uint8Array(0);

/** Collects what a guest writes, up to a limit that ends the guest. */
export class LimitedOutput {
  readonly #what: string;
  readonly #maxBytes: number;
  /** Has room for more than was written, so that many small writes cost no more than a large one. */
  #buffer = nothing;
  #length = 0;

  constructor(what: string, maxBytes: number) {
    this.#what = what;
    this.#maxBytes = maxBytes;
  }

  push(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#maxBytes) {
      throw new GuestTrap(
        `the policy wrote more than ${this.#maxBytes} bytes to ${this.#what} ${limitNote("max-policy-output-bytes")}`,
      );
    }
    if (length > this.#buffer.length) this.#grow(length);
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  /** All bytes so far; the collection starts again from nothing. */
  take(): Uint8Array {
    const all = this.#buffer.subarray(0, this.#length);
    this.#buffer = nothing;
    this.#length = 0;
    return all;
  }

  #grow(length: number): void {
    const buffer = new Uint8Array(this.#length === 0 ? length : length * 2);
    buffer.set(this.#buffer.subarray(0, this.#length));
    this.#buffer = buffer;
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
    return this.#left < 0 ? this.#text + cutNote(this.#maxBytes) : this.#text;
  }

  /** The text so far; the collection starts again from nothing. */
  take(): string {
    const text = this.peek();
    this.#text = "";
    this.#left = this.#maxBytes;
    return text;
  }
}

/** The beginning of a text that is too long to be read by people. @param maxBytes - counted as characters here */
export function cutText(text: string, maxBytes: number): string {
  return text.length <= maxBytes ? text : text.slice(0, maxBytes) + cutNote(maxBytes);
}

export function cutNote(maxBytes: number): string {
  return `… (cut after ${maxBytes} bytes)`;
}
