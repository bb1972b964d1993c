import { promisify } from "node:util";
import { gzip } from "node:zlib";

/** How one attempt to send ended. */
export type SendResult =
  | { kind: "sent" }
  /** `mayRetry`: another attempt can succeed. */
  | { kind: "failed"; reason: string; mayRetry: boolean };

/** Sends encoded requests to a collector. */
export interface Transport {
  /** One attempt. Never rejects. */
  send(body: Uint8Array, options: { timeoutMs: number; signal: AbortSignal }): Promise<SendResult>;
  /** Closes what is open at once. */
  close(): void;
}

/** Of a request to a collector, which is not to be buffered without end. */
export const maxAnswerBytes = 64 * 1024;

/** Off the main thread. */
export const compress: (body: Uint8Array) => Promise<Buffer> = promisify(gzip);

export function failed(reason: string, mayRetry: boolean): SendResult {
  return { kind: "failed", reason, mayRetry };
}
