import type { IncomingMessage } from "node:http";

/** A body that was read, or why it was not. */
export type Body =
  | { kind: "complete"; bytes: Uint8Array }
  | { kind: "too-large" }
  /** The connection broke or was not valid HTTP; there may be nobody left to answer. */
  | { kind: "broken"; error: Error };

/**
 * Reads a body, counting while it comes in. What is over the limit is thrown away as it arrives and not kept, so that
 * a client that sends everything before it reads still gets its answer; the server's request time-out bounds that.
 */
export function readBody(request: IncomingMessage, maxBytes: number): Promise<Body> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let length = 0;
    const finish = (body: Body): void => {
      request.off("data", onData).off("end", onEnd).off("close", onClose);
      if (body.kind === "too-large") request.resume();
      resolve(body);
    };
    const onData = (chunk: Buffer): void => {
      length += chunk.byteLength;
      if (length > maxBytes) return finish({ kind: "too-large" });
      chunks.push(chunk);
    };
    const onEnd = (): void => finish({ kind: "complete", bytes: join(chunks, length) });
    const onClose = (): void =>
      finish({ kind: "broken", error: request.errored ?? new Error("connection closed") });
    // an error is always followed by close; without this listener it would end the process
    request.on("error", () => {});
    if (Number(request.headers["content-length"]) > maxBytes) return finish({ kind: "too-large" });
    request.on("data", onData).on("end", onEnd).on("close", onClose);
  });
}

/** Most bodies come in one piece. */
function join(chunks: readonly Buffer[], length: number): Uint8Array {
  const [only, ...more] = chunks;
  return only !== undefined && more.length === 0 ? only : Buffer.concat(chunks, length);
}
