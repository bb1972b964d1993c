import { beforeAll, describe, expect, it } from "vitest";
import { bothWays, type Runner } from "../both-ways.ts";
import { policy } from "./policy.ts";

const podWith = (duration: unknown) =>
  JSON.parse(
    JSON.stringify({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "web", annotations: { "kubewarden.sleep_duration_milliseconds": duration } },
    }),
  );
const tooLong = 86_400_000;

describe.each(bothWays("sleeping", policy))("sleeping %s", (_way, makeRunner) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await makeRunner();
  });

  it.each<[string, number, unknown]>([
    ["by the settings", 30, undefined],
    ["by the settings, as null is no annotation", 30, null],
    ["by the settings, as a number is no annotation", 30, 1],
    ["by the annotation, more", 1, "30"],
    ["by the annotation, less", tooLong, "+30"],
  ])("takes its time, %s", async (_row, sleepMilliseconds, annotation) => {
    const start = performance.now();
    const outcome = await runner.run({ object: podWith(annotation), settings: { sleepMilliseconds } });
    expect(outcome).toEqual({ accepted: true });
    // The clock of the policy has whole milliseconds.
    expect(performance.now() - start).toBeGreaterThan(28);
  });

  it.each([
    ["an annotation of zero", { object: podWith("0") }],
    [
      "policies-and-sdk 20: a DELETE",
      { object: null, oldObject: podWith("0"), settings: { sleepMilliseconds: 1 } },
    ],
  ])("accepts %s at once", async (_row, options) => {
    expect(await runner.run({ settings: { sleepMilliseconds: tooLong }, ...options })).toEqual({
      accepted: true,
    });
  });

  it.each([
    ["abc", "invalid digit found in string"],
    ["-1", "invalid digit found in string"],
    ["", "cannot parse integer from empty string"],
  ])("fails on the annotation %j", async (annotation, message) => {
    const run = Promise.try(() =>
      runner.run({ object: podWith(annotation), settings: { sleepMilliseconds: 1 } }),
    );
    await expect(run).rejects.toThrow(message);
  });

  it.each<[unknown, string]>([
    [null, "sleep_milliseconds must be set and be major than 0"],
    [{ sleepMilliseconds: 0 }, "sleep_milliseconds must be set and be major than 0"],
    [{ sleepMilliseconds: -1 }, "sleepMilliseconds: expected >=0, got -1"],
    [{ sleepMilliseconds: 1.5 }, "sleepMilliseconds: expected integer, got 1.5"],
    [{ sleepMilliseconds: "abc" }, "sleepMilliseconds: expected number, got string"],
  ])("settings %j are refused", async (bad, message) => {
    expect(await runner.validateSettings(bad)).toEqual({ valid: false, message });
  });
});
