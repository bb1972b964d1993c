import { describe, expect, it } from "vitest";
import type { FinishedSpan } from "./span.ts";
import { createSpanBatch } from "./span-batch.ts";

const span = (name: string) => ({ name }) as FinishedSpan;

function gathered({ maxBatch = 2, maxQueue = 3 } = {}) {
  const sent: string[][] = [];
  let overflows = 0;
  let release = Promise.withResolvers<void>();
  const batch = createSpanBatch({
    send: async (spans) => {
      sent.push(spans.map(({ name }) => name));
      await release.promise;
    },
    ...{ delayMs: 1, maxBatch, maxQueue },
    onOverflow: () => overflows++,
  });
  return {
    ...{ batch, sent, overflows: () => overflows },
    release: () => {
      release.resolve();
      release = Promise.withResolvers();
      release.resolve();
    },
  };
}

describe("a batch of spans", () => {
  it("is sent when it is full, one after the other", async () => {
    const { batch, sent, release } = gathered();
    for (const name of ["a", "b", "c"]) batch.add(span(name));
    expect(sent).toEqual([["a", "b"]]);
    const flushed = batch.flush();
    release();
    await flushed;
    expect(sent).toEqual([["a", "b"], ["c"]]);
  });

  it("is sent after a while", async () => {
    const { batch, sent } = gathered();
    batch.add(span("a"));
    await expect.poll(() => sent).toEqual([["a"]]);
  });

  it("drops what is too much, and says so once", async () => {
    const { batch, sent, release, overflows } = gathered();
    for (const name of ["a", "b", "c", "d", "e", "f", "g"]) batch.add(span(name));
    const flushed = batch.flush();
    release();
    await flushed;
    expect([sent, overflows()]).toEqual([[["a", "b"], ["c", "d"], ["e"]], 1]);
  });
});
