import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import * as v from "valibot";
import { ServerProcess } from "../support/server-process.ts";
import { bareEnvironment } from "./run-to-end.ts";

/** A policy server in a process of its own; killed when it is disposed of. */
export interface RunningServer extends AsyncDisposable {
  /** The end of what it wrote. */
  readonly output: string;
  /** Of its API. */
  readonly port: number;
  /** Sends a body to a path of its API; the text of the answer, which has status 200. */
  post(path: string, body: string): Promise<string>;
}

const Started = v.object({
  fields: v.object({ message: v.literal("started HTTP server"), port: v.number() }),
});
const pollMs = 25;

/**
 * Starts a policy server on free ports and waits until it is ready.
 * @param script - of the program
 * @param options.env - all of its environment
 * @throws {Error} with what it wrote, when it ends
 */
export async function startServerProgram(
  script: string,
  {
    policies,
    args = [],
    env = bareEnvironment,
  }: { policies: object; args?: readonly string[]; env?: typeof bareEnvironment },
): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-server-"));
  const policiesPath = join(folder, "policies.yml");
  await writeFile(policiesPath, JSON.stringify(policies));
  const ports = ["--addr=127.0.0.1", "--port=0", "--readiness-probe-port=0"];
  const own = ["--log-fmt=json", `--policies=${policiesPath}`, ...ports];
  const nothing = Object.fromEntries(Object.keys(process.env).map((name) => [name, undefined]));
  const server = new ServerProcess({
    command: process.execPath,
    args: [script, ...own, ...args],
    env: { ...nothing, ...env },
    folder,
  });
  while (!server.output.includes("started readiness server")) {
    if (!server.running) {
      await rm(folder, { recursive: true });
      throw new Error(`the policy server ended:\n${server.output}`);
    }
    await delay(pollMs);
  }
  const port = portOf(server.output);
  const url = `http://127.0.0.1:${port}`;
  return {
    port,
    get output() {
      return server.output;
    },
    async post(path, body) {
      const headers = { "content-type": "application/json" };
      const response = await fetch(url + path, { method: "POST", headers, body });
      const text = await response.text();
      if (response.status !== 200)
        throw new Error(`${path}: status ${response.status}: ${text}\n${server.output}`);
      return text;
    },
    async [Symbol.asyncDispose]() {
      await server[Symbol.asyncDispose]();
      await rm(folder, { recursive: true });
    },
  };
}

function portOf(output: string): number {
  for (const line of output.split("\n").filter((each) => each.startsWith("{"))) {
    const read = v.safeParse(Started, JSON.parse(line));
    if (read.success) return read.output.fields.port;
  }
  throw new Error(`the policy server named no port:\n${output}`);
}
