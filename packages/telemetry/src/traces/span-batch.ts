import type { FinishedSpan } from "./span.ts";

export interface SpanBatchOptions {
  /** Sends one batch. Never rejects. */
  readonly send: (spans: readonly FinishedSpan[]) => Promise<void>;
  /** How long a span waits for others, in milliseconds. */
  readonly delayMs: number;
  readonly maxBatch: number;
  /** Spans that wait while a batch is being sent; what comes above is dropped. */
  readonly maxQueue: number;
  /** Told once for each time the queue runs over. */
  readonly onOverflow: () => void;
}

/** Gathers spans and sends them together, one batch after the other. */
export interface SpanBatch {
  add(span: FinishedSpan): void;
  /** Sends everything that waits. */
  flush(): Promise<void>;
}

export function createSpanBatch({
  send,
  delayMs,
  maxBatch,
  maxQueue,
  onOverflow,
}: SpanBatchOptions): SpanBatch {
  let waiting: FinishedSpan[] = [];
  let timer: NodeJS.Timeout | undefined;
  let sending: Promise<void> | undefined;
  let hasOverflown = false;
  const sendAll = async (): Promise<void> => {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, maxBatch);
      waiting = waiting.slice(maxBatch);
      hasOverflown = false;
      await send(batch);
    }
  };
  const flush = (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    sending ??= sendAll().finally(() => {
      sending = undefined;
    });
    return sending;
  };
  return {
    add(span) {
      if (waiting.length >= maxQueue) {
        if (!hasOverflown) onOverflow();
        hasOverflown = true;
        return;
      }
      waiting.push(span);
      if (waiting.length >= maxBatch) void flush();
      else timer ??= setTimeout(() => void flush(), delayMs).unref();
    },
    flush,
  };
}
