// Thread of `runOpenLoop`.
import { Agent, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { Answered, OpenLoop, OpenLoopTarget } from "./load.ts";

const tickMs = 1;

/** Sends one request; resolves with how it went, never rejects. */
function send(agent: Agent, { url, body, expected }: OpenLoopTarget, startMs: number): Promise<Answered> {
  const { promise, resolve } = Promise.withResolvers<Answered>();
  const sentMs = performance.now();
  const end = (asExpected: boolean): void =>
    resolve({ atMs: sentMs - startMs, tookUs: (performance.now() - sentMs) * 1000, asExpected });
  const headers = { "content-type": "application/json", "content-length": body.length };
  const asked = request(url, { agent, method: "POST", headers }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("end", () => end(response.statusCode === 200 && text.includes(expected)));
    response.on("error", () => end(false));
  });
  asked.on("error", () => end(false));
  asked.end(body);
  return promise;
}

/** Sends what is due at every tick; a late timer delays requests, it does not drop them. */
async function runTarget(target: OpenLoopTarget, seconds: number, startMs: number): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true });
  const answers: Promise<Answered>[] = [];
  const total = Math.round(target.perSecond * seconds);
  while (answers.length < total) {
    const due = Math.ceil(((performance.now() - startMs) / 1000) * target.perSecond);
    while (answers.length < Math.min(due, total)) answers.push(send(agent, target, startMs));
    await delay(tickMs);
  }
  const settled = await Promise.all(answers);
  agent.destroy();
  return settled;
}

const load: OpenLoop = workerData;
const startMs = performance.now();
const results = await Promise.all(load.targets.map((target) => runTarget(target, load.seconds, startMs)));
parentPort?.postMessage(results);
