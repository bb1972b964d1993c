import { join } from "node:path";
import { expect, it } from "vitest";
import { readSource, timestampOf } from "./source.ts";

const root = join(import.meta.dirname, "../..");

it("documents bear the time of SOURCE_DATE_EPOCH", async () => {
  const source = await readSource(root, { SOURCE_DATE_EPOCH: "1700000000" });
  expect(timestampOf(source)).toBe("2023-11-14T22:13:20Z");
});

it("documents bear the time of the commit unless told otherwise", async () => {
  const { commit, epochSeconds } = await readSource(root, {});
  expect(commit).toMatch(/^[0-9a-f]{40}$/);
  expect(epochSeconds).toBeGreaterThan(1_700_000_000);
});

it.each(["", "yesterday", "-1", "1.5"])("SOURCE_DATE_EPOCH=%j is refused", async (epoch) => {
  await expect(readSource(root, { SOURCE_DATE_EPOCH: epoch })).rejects.toThrow("SOURCE_DATE_EPOCH: expected");
});
