import { readFile, writeFile } from "node:fs/promises";
import * as v from "valibot";

const Baseline = v.strictObject({
  about: v.string(),
  /** CPU time per request over that of a null handler, by what was measured. */
  ratios: v.record(v.string(), v.pipe(v.number(), v.minValue(0))),
});
export type Ratios = Readonly<Record<string, number>>;

/** Growth over the accepted figure that is a regression. */
export const toleratedGrowth = 0.15;

export interface Comparison {
  readonly name: string;
  /** `undefined` when the baseline does not know it. */
  readonly accepted: number | undefined;
  /** `undefined` when it was not measured, where HTTPS or a guest is missing. */
  readonly measured: number | undefined;
  readonly verdict: "ok" | "better" | "regression" | "new" | "not measured";
}

/** Sets measured ratios beside the accepted ones, in the order of the baseline; what it does not know comes last. */
export function compareRatios(accepted: Ratios, measured: Ratios): Comparison[] {
  const names = new Set([...Object.keys(accepted), ...Object.keys(measured)]);
  return [...names].map((name) => {
    const pair = { accepted: accepted[name], measured: measured[name] };
    return { name, ...pair, verdict: verdictOf(pair) };
  });
}

function verdictOf({ accepted, measured }: Pick<Comparison, "accepted" | "measured">): Comparison["verdict"] {
  if (measured === undefined) return "not measured";
  if (accepted === undefined) return "new";
  if (measured > accepted * (1 + toleratedGrowth)) return "regression";
  return measured < accepted * (1 - toleratedGrowth) ? "better" : "ok";
}

/** @throws {Error} when the file is missing or holds something else */
export async function readBaseline(path: string): Promise<Ratios> {
  return v.parse(Baseline, JSON.parse(await readFile(path, "utf8"))).ratios;
}

export async function writeBaseline(path: string, ratios: Ratios): Promise<void> {
  const rounded = Object.entries(ratios).map(([name, ratio]) => [name, Number(ratio.toFixed(2))]);
  const about =
    "CPU time per request over that of a null node:http handler of the same run; written by npm run bench -- --write-baseline";
  const content: v.InferOutput<typeof Baseline> = { about, ratios: Object.fromEntries(rounded) };
  await writeFile(path, `${JSON.stringify(content, undefined, 2)}\n`);
}
