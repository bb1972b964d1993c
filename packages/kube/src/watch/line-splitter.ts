import { KubeError } from "../errors.ts";

const LINE_FEED = 0x0a;

/** Cuts a stream of bytes into lines. */
export interface LineSplitter {
  /**
   * The lines that are complete now, without their line feeds. A line may be a view into the chunk.
   * @throws {KubeError} `KUBE_TOO_LARGE` when a line gets longer than allowed, complete or not
   */
  push(chunk: Uint8Array): Uint8Array[];
  /** bytes of the line that is not complete yet */
  readonly rest: number;
}

export function createLineSplitter(maxLineBytes: number): LineSplitter {
  let parts: Uint8Array[] = [];
  let rest = 0;

  function keep(part: Uint8Array): void {
    if (part.length === 0) return;
    parts.push(part.slice()); // the chunk's buffer belongs to the connection
    rest += part.length;
  }

  function complete(last: Uint8Array): Uint8Array {
    if (rest === 0) return last;
    const line = Buffer.concat([...parts, last]);
    parts = [];
    rest = 0;
    return line;
  }

  function check(length: number): void {
    if (length <= maxLineBytes) return;
    throw new KubeError(`the API server sent an event of more than ${maxLineBytes} bytes`, {
      code: "KUBE_TOO_LARGE",
    });
  }

  return {
    get rest() {
      return rest;
    },
    push(chunk) {
      const lines: Uint8Array[] = [];
      let start = 0;
      for (;;) {
        const end = chunk.indexOf(LINE_FEED, start);
        const part = chunk.subarray(start, end < 0 ? chunk.length : end);
        check(rest + part.length);
        if (end < 0) {
          keep(part);
          return lines;
        }
        lines.push(complete(part));
        start = end + 1;
      }
    },
  };
}
