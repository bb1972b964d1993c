import { GuestTrap } from "../errors.ts";

const decoder = new TextDecoder("utf-8", { fatal: true });

/**
 * Reads and writes a guest's linear memory. A pointer outside of it is a trap, never a host failure. The views
 * are made anew when the memory has grown, since growth detaches the buffer.
 */
export class GuestMemory {
  readonly memory: WebAssembly.Memory;
  #buffer: ArrayBuffer;
  #bytes: Uint8Array;
  #view: DataView;

  constructor(memory: WebAssembly.Memory) {
    this.memory = memory;
    this.#buffer = memory.buffer;
    this.#bytes = new Uint8Array(this.#buffer);
    this.#view = new DataView(this.#buffer);
  }

  get bytes(): Uint8Array {
    if (this.memory.buffer !== this.#buffer) this.#renew();
    return this.#bytes;
  }

  get view(): DataView {
    if (this.memory.buffer !== this.#buffer) this.#renew();
    return this.#view;
  }

  /** The bytes at a guest's pointer: a view, valid until the guest runs again. */
  slice(pointer: number, length: number): Uint8Array {
    const start = addressOf(pointer);
    const end = start + addressOf(length);
    if (end > this.bytes.length) throw outOfBounds(start, addressOf(length));
    return this.#bytes.subarray(start, end);
  }

  /** A copy of the bytes at a guest's pointer. */
  copy(pointer: number, length: number): Uint8Array {
    return this.slice(pointer, length).slice();
  }

  write(pointer: number, content: Uint8Array): void {
    const start = addressOf(pointer);
    if (start + content.length > this.bytes.length) throw outOfBounds(start, content.length);
    this.#bytes.set(content, start);
  }

  writeU32(pointer: number, value: number): void {
    const start = addressOf(pointer);
    if (start + 4 > this.bytes.length) throw outOfBounds(start, 4);
    this.#view.setUint32(start, value, true);
  }

  /** Text at a guest's pointer. @throws {GuestTrap} naming `what` when it is not UTF-8 */
  text(pointer: number, length: number, what: string): string {
    try {
      return decoder.decode(this.slice(pointer, length));
    } catch (error) {
      if (error instanceof GuestTrap) throw error;
      throw new GuestTrap(`${what} to UTF8: invalid utf-8 sequence`);
    }
  }

  #renew(): void {
    this.#buffer = this.memory.buffer;
    this.#bytes = new Uint8Array(this.#buffer);
    this.#view = new DataView(this.#buffer);
  }
}

/** Guests give signed numbers; sums of addresses must not begin again at zero. */
function addressOf(number: number): number {
  return number < 0 ? number >>> 0 : number;
}

function outOfBounds(pointer: number, length: number): GuestTrap {
  return new GuestTrap(`out of bounds memory access: ${length} bytes at address ${pointer}`);
}
