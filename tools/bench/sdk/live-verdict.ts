import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { buildLivePolicies } from "../../start/live-policies.ts";
import { type MeasuredServer, startPolicyServer } from "../server/measured-server.ts";
import { copyPolicy } from "./edited-policy.ts";

const root = join(import.meta.dirname, "../../..");
const pollMs = 2;
const verdictTimeoutMs = 20_000;
const pauseMs = 300;

/**
 * Edits a policy under the parts that `npm start` consists of: watcher, builder, a policy server that reloads.
 * @returns milliseconds from each save until the server answers as edited
 */
export async function timeLiveVerdicts(edits: number): Promise<number[]> {
  const tookMs: number[] = [];
  await using policy = await copyPolicy();
  const { name, policiesFolder, outFolder } = policy;
  let server: MeasuredServer | undefined;
  let problem: string | undefined;
  await using _live = await buildLivePolicies({
    names: [name],
    policiesFolder,
    outFolder,
    onBuilt: () => void server?.child.kill("SIGHUP"),
    onProblem: (_name, text) => {
      problem = text;
    },
  });
  const policiesFile = join(outFolder, "policies.yml");
  await writeFile(policiesFile, `${name}:\n  module: file://${join(outFolder, `${name}.wasm`)}\n`);
  await using running = await startPolicyServer({ policiesFile });
  server = running;
  const body = await readFile(join(root, "examples/requests/privileged-pod.json"));
  for (let revision = 0; revision < edits; revision++) {
    await delay(pauseMs);
    const startMs = performance.now();
    const message = await policy.edit(revision);
    while (!(await answerOf(running, name, body)).includes(message)) {
      if (problem !== undefined) throw new Error(problem);
      if (performance.now() - startMs > verdictTimeoutMs) throw new Error("the edit did not get live");
      await delay(pollMs);
    }
    tookMs.push(performance.now() - startMs);
  }
  return tookMs;
}

async function answerOf({ origin }: MeasuredServer, name: string, body: Uint8Array): Promise<string> {
  const headers = { "content-type": "application/json" };
  const request = { method: "POST", headers, body: Buffer.from(body) };
  const response = await fetch(`${origin}/validate/${name}`, request).catch((cause: unknown) => {
    throw new Error("the policy server ended in place of reading its policies again", { cause });
  });
  return await response.text();
}
