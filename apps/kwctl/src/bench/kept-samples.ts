import { join } from "node:path";
import { errorText, osErrorText } from "@kubewarden-ts/base";
import * as v from "valibot";
import type { FileSystem } from "../define-command.ts";
import { existing } from "../existing-file.ts";
import { formatChange } from "./format-measure.ts";
import { analyse, probabilityOfChance, type Sample } from "./statistics.ts";

export interface KeptSamplesOptions {
  /** Names the benchmark: what is compared bears one name. */
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly resamples: number;
  readonly files: FileSystem;
  readonly random: () => number;
}

const Samples = v.pipe(
  v.array(
    v.object({
      iterations: v.pipe(v.number(), v.integer(), v.minValue(1)),
      elapsedNs: v.pipe(v.number(), v.minValue(0)),
    }),
  ),
  v.nonEmpty(),
);

const targetFolder = "target";

/**
 * Compares samples with those that were kept under the same name, and keeps them for the next time.
 * @returns the line about the change, or why there is none; empty at the first time
 */
export async function compareWithKept(options: KeptSamplesOptions): Promise<string> {
  const { name, samples, files } = options;
  if ((await existing(targetFolder, files)) === undefined) {
    return "Failed to write sampling data, cause: Could not find target directory to place output\n";
  }
  const folder = join(targetFolder, "tiny-bench", encodeURIComponent(name));
  const path = join(folder, "current-sample.json");
  const change = await changeSince(path, options);
  try {
    await files.makeFolder(folder);
    await files.writeFile(path, new TextEncoder().encode(`${JSON.stringify(samples)}\n`));
    return change;
  } catch (error) {
    return `${change}Failed to write sampling data, cause: ${path}: ${osErrorText(error)}\n`;
  }
}

async function changeSince(
  path: string,
  { samples, files, resamples, random }: KeptSamplesOptions,
): Promise<string> {
  if ((await existing(path, files)) === undefined) return "";
  let kept: Sample[];
  try {
    kept = v.parse(Samples, JSON.parse(new TextDecoder().decode(await files.readFile(path))));
  } catch (error) {
    return `Failed to read last sample, cause ${path}: ${errorText(error)}\n`;
  }
  const [before, after] = [analyse(kept), analyse(samples)];
  const ratios = [after.minNs / before.minNs, after.meanNs / before.meanNs, after.maxNs / before.maxNs];
  const chance = probabilityOfChance(after.meansNs, before.meansNs, { resamples, random });
  return `\tchange\t[min mean max]:\t[${ratios.map(formatChange).join(" ")}] (p = ${chance.toFixed(2)})\n`;
}
