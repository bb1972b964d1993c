import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { compareRatios, readBaseline, writeBaseline } from "./baseline.ts";

describe("compareRatios", () => {
  it.each([
    [10, 10, "ok"],
    [10, 11.5, "ok"],
    [10, 11.51, "regression"],
    [10, 8.5, "ok"],
    [10, 8.49, "better"],
    [10, undefined, "not measured"],
    [undefined, 10, "new"],
  ])("accepted %s, measured %s: %s", (accepted, measured, verdict) => {
    const ratios = (ratio: number | undefined) => (ratio === undefined ? {} : { http: ratio });
    expect(compareRatios(ratios(accepted), ratios(measured))).toEqual([
      { name: "http", accepted, measured, verdict },
    ]);
  });

  it("keeps the order of the baseline, what is new last", () => {
    const names = compareRatios({ b: 1, a: 1 }, { c: 1, a: 1, b: 1 }).map(({ name }) => name);
    expect(names).toEqual(["b", "a", "c"]);
  });
});

it("reads back what it wrote, with two digits", async () => {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-baseline-"));
  try {
    const path = join(folder, "baseline.json");
    await writeBaseline(path, { http: 7.123456, https: 4 });
    expect(await readBaseline(path)).toEqual({ http: 7.12, https: 4 });
  } finally {
    await rm(folder, { recursive: true });
  }
});
