import { defineFlags, type FlagValues } from "@kubewarden-ts/cli";
import { invalidInput } from "../errors.ts";

/** How long and how often a benchmark asks (kwctl-and-oci.md 9). */
export interface BenchSettings {
  readonly warmUpMs: number;
  readonly measurementMs: number;
  readonly samples: number;
  /** How often two results are mixed to tell a change from chance. */
  readonly resamples: number;
}

/** Texts, as upstream reads them: what is no number is a failure, not a wrong command line. */
export const benchFlags = defineFlags({
  "measurement-time": {
    type: "string",
    valueName: "SECONDS",
    description:
      "How long the bench 'should' run, num_samples is prioritized so benching will take longer (5 seconds by default)",
  },
  "num-resamples": {
    type: "string",
    valueName: "NUM",
    description: "How many resamples should be done (100000 by default)",
  },
  "num-samples": {
    type: "string",
    valueName: "NUM",
    description: "How many samples to take of the policy evaluation (100 by default)",
  },
  "warm-up-time": {
    type: "string",
    valueName: "SECONDS",
    description: "How long the bench should warm up (3 seconds by default)",
  },
  "dump-results-to-disk": {
    type: "boolean",
    description:
      "Put results in target/tiny-bench if the folder target can be found, and compare with the last",
  },
});

const msPerSecond = 1000;
/** A year: what is longer was mistyped, and timers would not hold it. */
const maxSeconds = 31_536_000;
const maxCount = 10_000_000;

interface Range {
  readonly min: number;
  readonly max: number;
  /** What the text is to be made into, in the words of the error. */
  readonly unit: string;
}
const seconds: Range = { min: 0, max: maxSeconds, unit: "seconds" };
const count: Range = { min: 1, max: maxCount, unit: "number" };

/** @throws {KwctlError} `KWCTL_INPUT_INVALID` with the beginnings of kwctl-and-oci.md 9 */
export function benchSettings(flags: FlagValues<typeof benchFlags>): BenchSettings {
  const read = (name: NumericFlag, range: Range, fallback: number): number => {
    const text = flags[name];
    const problem = text === undefined ? undefined : problemOf(text, range);
    if (problem !== undefined) throw invalidInput(`Cannot convert '${name}' to ${range.unit}: ${problem}`);
    return text === undefined ? fallback : Number(text);
  };
  return {
    warmUpMs: read("warm-up-time", seconds, 3) * msPerSecond,
    measurementMs: read("measurement-time", seconds, 5) * msPerSecond,
    samples: read("num-samples", count, 100),
    resamples: read("num-resamples", count, 100_000),
  };
}

type NumericFlag = Exclude<keyof typeof benchFlags, "dump-results-to-disk">;

function problemOf(text: string, { min, max }: Range): string | undefined {
  if (text === "") return "cannot parse integer from empty string";
  if (!/^\+?\d+$/.test(text)) return "invalid digit found in string";
  const value = Number(text);
  return value >= min && value <= max
    ? undefined
    : `expected a number from ${min} to ${max}, received ${value}`;
}
