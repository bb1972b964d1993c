import { describe, expect, it } from "vitest";
import { memoryFiles } from "../testing/memory-files.ts";
import { benchSettings } from "./bench-settings.ts";
import { formatChange, formatCount, formatSquare, formatTime } from "./format-measure.ts";
import { compareWithKept } from "./kept-samples.ts";
import { measure } from "./measure.ts";
import { analyse, probabilityOfChance } from "./statistics.ts";

/** A clock that each call of the work moves on by the next of these times, again and again. */
function workOf(...stepsMs: readonly number[]) {
  let [nowMs, calls] = [0, 0];
  const work = async () => {
    nowMs += stepsMs[calls++ % stepsMs.length] ?? 0;
  };
  return { work, now: () => nowMs, calls: () => calls };
}

const settings = { warmUpMs: 1000, measurementMs: 1000, samples: 2, resamples: 10 };

async function output(steps: readonly number[], more: Partial<typeof settings> = {}) {
  const lines: string[] = [];
  const { work, now, calls } = workOf(...steps);
  const write = (line: string) => lines.push(line);
  const samples = await measure({ label: "validate", work, now, write, settings: { ...settings, ...more } });
  return { text: lines.join(""), samples, calls: calls() };
}

describe("measure", () => {
  it("kwctl-and-oci 9: writes what it measures in the form of upstream's", async () => {
    const { text, samples, calls } = await output([0.25], { measurementMs: 3000, samples: 3 });
    expect(text).toBe(`validate warming up for 1.00s
validate mean warm up execution time 250.00µs running 12.0 thousand iterations
validate [12.0 thousand iterations in 3.00s with 3.0 samples]:
\telapsed\t[min mean max]:\t[250.00µs 250.00µs 250.00µs] (sample data: med = 250.00µs, var = 0.00ns², stddev = 0.00ns)
`);
    expect(samples.map(({ iterations }) => iterations)).toEqual([2000, 4000, 6000]);
    expect(calls).toBe(4000 + 12_000);
  });

  it("kwctl-and-oci 9: takes all samples where the time does not suffice, and says so", async () => {
    const { text, samples } = await output([600]);
    expect(text).toContain(
      "Unable to complete 2 samples in 1.00s You may wish to increase target time to 1.80s or lower the requested number of samples\n",
    );
    expect(samples).toEqual([
      { iterations: 1, elapsedNs: 600_000_000 },
      { iterations: 2, elapsedNs: 1_200_000_000 },
    ]);
  });

  it("asks once where there is no time to warm up", async () => {
    expect((await output([1], { warmUpMs: 0, measurementMs: 0, samples: 1 })).calls).toBe(2);
  });

  it("ends with the error of what it measures", async () => {
    const work = () => Promise.reject(new Error("no answer"));
    const rest = { label: "validate", settings, now: () => 0, write: () => {} };
    await expect(measure({ work, ...rest })).rejects.toThrow("no answer");
  });
});

describe("the figures", () => {
  it.each([
    [0, "0.00ns"],
    [5.15, "5.15ns"],
    [999.99, "999.99ns"],
    [1000, "1.00µs"],
    [3_330_000, "3.33ms"],
    [68_000_000_000, "68.00s"],
    [7_200_000_000_000, "7200.00s"],
  ])("a time of %d ns is %s", (time, text) => {
    expect(formatTime(time)).toBe(text);
  });

  it.each([
    [100, "100.0"],
    [35_000, "35.0 thousand"],
    [97_000_000, "97.0M"],
    [7_900_000_000, "7.9B"],
  ])("a count of %d is %s", (count, text) => {
    expect(formatCount(count)).toBe(text);
  });

  it.each([
    [0, "0.00ns²"],
    [1500, "2.25µs²"],
    [397_130, "157712.24µs²"],
  ])("the square of %d ns is %s", (time, text) => {
    expect(formatSquare(time)).toBe(text);
  });

  it("a change is in percent", () => {
    expect([1.051973, 0.5].map(formatChange)).toEqual(["5.1973%", "-50.0000%"]);
  });

  it("mean, median, variance and deviation are those of the samples", () => {
    const values = [46, 69, 32, 60, 52, 41];
    const { meanNs, medianNs, deviationNs, minNs, maxNs, elapsedNs } = analyse(
      values.map((value) => ({ iterations: 2, elapsedNs: value * 2 })),
    );
    expect({ meanNs, medianNs, minNs, maxNs, elapsedNs }).toEqual({
      ...{ meanNs: 50, medianNs: 52, minNs: 32, maxNs: 69, elapsedNs: 600 },
    });
    expect(deviationNs ** 2).toBeCloseTo(177.2, 10);
  });

  const around = (middle: number) => [-2, -1, 0, 1, 2].map((offset) => middle + offset);
  it.each([
    ["the same", around(10), around(10), 0.9, 1],
    ["far apart", around(10), around(100), 0, 0.05],
    ["as far apart the other way", around(100), around(10), 0, 0.05],
    ["alone", [1], [1], 0, 1],
  ])("samples that are %s", (_row, a, b, least, most) => {
    let seed = 1;
    // Minimal standard generator: the same numbers each time.
    const random = () => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed / 2_147_483_647;
    };
    const chance = probabilityOfChance(a, b, { resamples: 2000, random });
    expect(chance).toBeGreaterThanOrEqual(least);
    expect(chance).toBeLessThanOrEqual(most);
  });
});

describe("benchSettings", () => {
  const none = {
    ...{ "measurement-time": undefined, "warm-up-time": undefined, "num-samples": undefined },
    ...{ "num-resamples": undefined, "dump-results-to-disk": false },
  };

  it("kwctl-and-oci 9: has defaults", () => {
    expect(benchSettings(none)).toEqual({
      ...{ warmUpMs: 3000, measurementMs: 5000, samples: 100, resamples: 100_000 },
    });
  });

  it("kwctl-and-oci 9: samples and resamples are two flags", () => {
    const given = { ...none, "num-samples": "7", "num-resamples": "+9", "warm-up-time": "0" };
    expect(benchSettings(given)).toMatchObject({ samples: 7, resamples: 9, warmUpMs: 0 });
  });

  it.each([
    ["measurement-time", "x", "Cannot convert 'measurement-time' to seconds: invalid digit found in string"],
    ["warm-up-time", "1.5", "Cannot convert 'warm-up-time' to seconds: invalid digit found in string"],
    ["warm-up-time", "-1", "Cannot convert 'warm-up-time' to seconds: invalid digit found in string"],
    ["num-samples", "", "Cannot convert 'num-samples' to number: cannot parse integer from empty string"],
    ["num-samples", "0", "Cannot convert 'num-samples' to number: expected a number from 1"],
    ["num-resamples", "9".repeat(30), "Cannot convert 'num-resamples' to number: expected a number from 1"],
  ])("kwctl-and-oci 9: refuses --%s '%s'", (name, text, message) => {
    expect(() => benchSettings({ ...none, [name]: text })).toThrow(message);
  });
});

describe("compareWithKept", () => {
  const path = "target/tiny-bench/validate/current-sample.json";
  const samplesOf = (...times: number[]) => times.map((elapsedNs) => ({ iterations: 1, elapsedNs }));
  const compare = (files: ReturnType<typeof memoryFiles>, ...times: number[]) =>
    compareWithKept({
      name: "validate",
      samples: samplesOf(...times),
      resamples: 10,
      files,
      random: () => 0,
    });

  it("kwctl-and-oci 9: keeps samples, and compares with those of the last time", async () => {
    const files = memoryFiles({ target: "" });
    expect(await compare(files, 100, 200, 300)).toBe("");
    expect(await compare(files, 50, 200, 600)).toMatch(
      /^\tchange\t\[min mean max\]:\t\[-50\.0000% 41\.6667% 100\.0000%\] \(p = \d\.\d\d\)\n$/,
    );
  });

  it("kwctl-and-oci 9: says that there is no folder, and goes on", async () => {
    const files = memoryFiles();
    expect(await compare(files, 1)).toMatch(/^Failed to write sampling data, cause: Could not find target/);
    expect(files.written.size).toBe(0);
  });

  it.each(["[]", "{", '[{"iterations":0,"elapsedNs":1}]'])(
    "replaces what it cannot read: %s",
    async (kept) => {
      const files = memoryFiles({ target: "", [path]: kept });
      expect(await compare(files, 1)).toMatch(/^Failed to read last sample, cause target\//);
      expect(new TextDecoder().decode(files.written.get(path))).toBe('[{"iterations":1,"elapsedNs":1}]\n');
    },
  );
});
