import { existsSync } from "node:fs";
import { join } from "node:path";
import { errorText } from "@kubewarden-ts/base";
import { typescriptGuest } from "../inputs/guests.ts";
import { copiesOf, writePoliciesFolder } from "../inputs/policies-folder.ts";
import { distributionOf } from "../percentiles.ts";
import { type Report, targetNote } from "../report.ts";
import { policyServerBundle, policyServerSource, startPolicyServer } from "../server/measured-server.ts";
import type { Row } from "../table.ts";
import { timeScript, timeUntilPrinted } from "./program-run.ts";

const root = join(import.meta.dirname, "../../..");
const kwctlSource = join(root, "apps/kwctl/src/main.ts");
const kwctlBundle = join(root, "dist/bundles/kwctl/main.js");
const columns = [
  { key: "what", title: "what" },
  { key: "runs", title: "runs" },
  { key: "p50Ms", title: "p50 ms" },
  { key: "maxMs", title: "max ms" },
];

/** Something that is started; answers with milliseconds. */
interface Case {
  readonly what: string;
  readonly runs: number;
  /** A file it needs; without it the case is left out. */
  readonly needs?: string;
  readonly targetSeconds?: number;
  run(): Promise<number>;
}

/** How long it takes until programs are of use: policy server, `npm start`, one `kwctl run`. */
export async function startBench(): Promise<Report> {
  const guest = await typescriptGuest();
  await using one = await writePoliciesFolder(copiesOf(guest, 1));
  await using many = await writePoliciesFolder(copiesOf(guest, 20));
  await using stored = await writePoliciesFolder(copiesOf(guest, 20), "stored image");
  const rows: Row[] = [];
  const notes: string[] = [];
  for (const each of casesOf({ one, many, stored })) {
    const { row, note } = await measureCase(each);
    if (row !== undefined) rows.push(row);
    if (note !== undefined) notes.push(note);
  }
  return { name: "start", columns, rows, notes };
}

function casesOf({
  one,
  many,
  stored,
}: Record<"one" | "many" | "stored", { path: string; policiesFile: string }>): Case[] {
  const server =
    (policiesFile: string, script: string, args: readonly string[] = []) =>
    async () => {
      await using running = await startPolicyServer({ policiesFile, script, args });
      return running.readyAfterMs;
    };
  const request = join(root, "examples/requests/pod.json");
  const kwctlArgs = ["run", "--request-path", request, `file://${join(one.path, "typescript-0.wasm")}`];
  const bundled = { needs: policyServerBundle };
  return [
    { what: "policy-server, 1 policy", runs: 3, run: server(one.policiesFile, policyServerSource) },
    { what: "policy-server, 20 policies", runs: 3, run: server(many.policiesFile, policyServerSource) },
    {
      what: "policy-server bundle, 1 policy",
      runs: 3,
      ...bundled,
      run: server(one.policiesFile, policyServerBundle),
    },
    {
      what: "policy-server bundle, 20 policies",
      runs: 3,
      ...bundled,
      run: server(many.policiesFile, policyServerBundle),
    },
    {
      what: "policy-server bundle, 20 policies of a warm store",
      runs: 3,
      targetSeconds: 2,
      ...bundled,
      run: server(stored.policiesFile, policyServerBundle, ["--policies-download-dir", stored.path]),
    },
    { what: "npm start", runs: 3, targetSeconds: 3, run: runNpmStart },
    { what: "kwctl run", runs: 5, needs: kwctlSource, run: () => timeScript(kwctlSource, kwctlArgs, root) },
    {
      what: "kwctl run, bundle",
      runs: 5,
      needs: kwctlBundle,
      targetSeconds: 0.4,
      run: () => timeScript(kwctlBundle, kwctlArgs, root),
    },
  ];
}

/** As a user does, but on any port, and without a chance that it installs something. */
function runNpmStart(): Promise<number> {
  return timeUntilPrinted("npm", ["start", "--", "--port", "0"], {
    cwd: root,
    env: { ...process.env, KUBEWARDEN_TS_SKIP: "dependencies" },
    text: "The policy server is ready",
  });
}

async function measureCase({
  what,
  runs,
  needs,
  targetSeconds,
  run,
}: Case): Promise<{ row?: Row; note?: string }> {
  if (needs !== undefined && !existsSync(needs)) return { note: `${what}: left out, it is not built` };
  const tookMs: number[] = [];
  try {
    // Once before, for what is made at the first time and for the cache of files.
    await run();
    while (tookMs.length < runs) tookMs.push(await run());
  } catch (error) {
    return { note: `${what}: failed: ${errorText(error)}` };
  }
  const { p50 = 0, max } = distributionOf(tookMs) ?? {};
  const row = { what, runs, p50Ms: p50, maxMs: max };
  return targetSeconds === undefined
    ? { row }
    : { row, note: targetNote(what, p50 / 1000, targetSeconds, "s") };
}
