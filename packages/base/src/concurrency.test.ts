import { describe, expect, it } from "vitest";
import { mapConcurrent } from "./concurrency.ts";

describe("mapConcurrent", () => {
  it.each([1, 3, 50])("keeps the order and at most %i calls under way", async (limit) => {
    let running = 0;
    let most = 0;
    const results = await mapConcurrent([5, 4, 3, 2, 1], limit, async (item) => {
      most = Math.max(most, ++running);
      for (let turn = 0; turn < item; turn++) await Promise.resolve();
      running--;
      return item * 2;
    });
    expect(results).toEqual([10, 8, 6, 4, 2]);
    expect(most).toBe(Math.min(limit, 5));
  });

  it("throws the first failure", async () => {
    const failing = mapConcurrent([1, 2], 2, async (item) => {
      if (item === 2) throw new Error("two");
      return item;
    });
    await expect(failing).rejects.toThrow("two");
  });
});
