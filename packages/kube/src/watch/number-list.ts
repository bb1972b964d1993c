/** Whole numbers below 2^32 in a row, four bytes each. */
export interface NumberList {
  readonly length: number;
  push(value: number): void;
  at(index: number): number;
  clear(): void;
}

export function createNumberList(): NumberList {
  let values = new Uint32Array(64);
  let length = 0;
  return {
    get length() {
      return length;
    },
    push(value) {
      if (length === values.length) {
        const more = new Uint32Array(length * 2);
        more.set(values);
        values = more;
      }
      values[length++] = value;
    },
    at: (index) => values[index] ?? 0,
    clear() {
      length = 0;
    },
  };
}
