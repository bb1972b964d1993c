import { errorText } from "@kubewarden-ts/base";
import { createPolicyBuilder } from "@kubewarden-ts/policy-sdk/build";
import { distributionOf, median } from "../percentiles.ts";
import { type Report, targetNote } from "../report.ts";
import type { Row } from "../table.ts";
import { copyPolicy } from "./edited-policy.ts";
import { timeLiveVerdicts } from "./live-verdict.ts";

const columns = [
  { key: "what", title: "what" },
  { key: "runs", title: "runs" },
  { key: "p50Ms", title: "p50 ms" },
  { key: "maxMs", title: "max ms" },
];
const edits = 5;
const allowedSeconds = 0.5;

/** From the save of a TypeScript policy to its module, and to the verdict of a running server. */
export async function sdkBench(): Promise<Report> {
  const builds = await timeBuilds();
  const rows = [rowOf("first build", builds.first), rowOf("build after an edit", builds.edited)];
  const notes = [targetNote("build after an edit", median(builds.edited) / 1000, allowedSeconds, "s")];
  try {
    const live = await timeLiveVerdicts(edits);
    rows.push(rowOf("save to verdict of a running server", live));
    notes.push(targetNote("save to verdict", median(live) / 1000, allowedSeconds, "s"));
  } catch (error) {
    notes.push(`save to verdict: failed: ${errorText(error)}`);
  }
  return { name: "sdk", columns, rows, notes };
}

async function timeBuilds(): Promise<{ first: number[]; edited: number[] }> {
  await using policy = await copyPolicy();
  await using builder = createPolicyBuilder();
  const build = async (): Promise<number> => {
    const startMs = performance.now();
    await builder.build({ entry: policy.entry, abi: "wapc", metadataPath: policy.metadataPath });
    return performance.now() - startMs;
  };
  const first = [await build()];
  const edited: number[] = [];
  for (let revision = 0; revision < edits; revision++) {
    await policy.edit(revision);
    edited.push(await build());
  }
  return { first, edited };
}

function rowOf(what: string, tookMs: readonly number[]): Row {
  const distribution = distributionOf(tookMs);
  return { what, runs: tookMs.length, p50Ms: distribution?.p50, maxMs: distribution?.max };
}
