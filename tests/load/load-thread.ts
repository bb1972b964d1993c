// Thread of `runLoad`.
import * as http from "node:http";
import * as https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import { parentPort, workerData } from "node:worker_threads";
import type { Load, LoadAnswer, LoadTarget } from "./load-generator.ts";

const tickMs = 1;
const load: Load = workerData;
const { request, Agent } = load.origin.startsWith("https:") ? https : http;

function newAgent(): http.Agent {
  return new Agent({ keepAlive: true, ...load.tls });
}

/** Sends one request; resolves with how it went, never rejects. */
function send(agent: http.Agent, { path, body }: LoadTarget, target: number): Promise<LoadAnswer> {
  const { promise, resolve } = Promise.withResolvers<LoadAnswer>();
  const startMs = performance.now();
  const end = (status: number, text: string): void =>
    resolve({
      ...{ target, status, text },
      sentMs: performance.timeOrigin + startMs,
      tookMs: performance.now() - startMs,
    });
  const headers = { "content-type": "application/json", "content-length": body.length };
  const asked = request(load.origin + path, { agent, method: "POST", headers }, (response) => {
    let text = "";
    response.setEncoding("utf8");
    response.on("data", (chunk: string) => {
      text += chunk;
    });
    response.on("end", () => end(response.statusCode ?? 0, text));
    response.on("error", (error) => end(0, error.message));
  });
  asked.on("error", (error) => end(0, error.message));
  asked.end(body);
  return promise;
}

/** Sends what is due at every tick; a late timer delays requests, it does not drop them. */
async function runTarget(target: LoadTarget, index: number, startMs: number): Promise<LoadAnswer[]> {
  const { perSecond, reconnectAfter = Number.POSITIVE_INFINITY } = target;
  let agent = newAgent();
  const answers: Promise<LoadAnswer>[] = [];
  const total = Math.round(perSecond * load.seconds);
  while (answers.length < total) {
    const due = Math.ceil(((performance.now() - startMs) / 1000) * perSecond);
    while (answers.length < Math.min(due, total)) {
      answers.push(send(agent, target, index));
      if (answers.length % reconnectAfter === 0) agent = replaced(agent, answers);
    }
    await delay(tickMs);
  }
  const settled = await Promise.all(answers);
  agent.destroy();
  return settled;
}

/** A fresh agent; the old one goes when what it carries has been answered. */
function replaced(agent: http.Agent, sent: readonly Promise<LoadAnswer>[]): http.Agent {
  void Promise.all(sent).then(() => agent.destroy());
  return newAgent();
}

const startMs = performance.now();
const results = await Promise.all(load.targets.map((target, index) => runTarget(target, index, startMs)));
parentPort?.postMessage(results.flat());
