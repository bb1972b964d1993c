import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "@kubewarden-ts/cli";
import { type ProgramDeps, policyServer } from "../program.ts";
import { fakeHost } from "./fake-host.ts";
import { noBackground } from "./no-background.ts";

/** What a program that has ended left behind. */
export interface EndedProgram {
  exit: number;
  stdout: string;
  stderr: string;
}

/** The whole program, running in this process on free ports. */
export interface RunningProgram extends AsyncDisposable {
  readonly port: number;
  readonly readinessPort: number;
  /** Log lines so far; of the format `json`, which is used unless the environment says another. */
  logs(): LogObject[];
  /** Writes other policies and asks it to read them, as SIGHUP does; resolves when it has logged that it did. */
  reload(policies: string): Promise<void>;
  /** Writes other policies and asks for nothing; resolves when it has logged that it read them. */
  rewrite(policies: string): Promise<void>;
  /** Asks it to stop, as SIGTERM does. */
  stop(): Promise<EndedProgram>;
}

export interface LogObject {
  level: string;
  target: string;
  fields: { message: string } & Record<string, unknown>;
}

/**
 * Starts the program with a policies file.
 * @returns once it is ready; what it ended with when it does not get there
 */
export async function startProgram(
  {
    policies,
    argv = [],
    env = {},
  }: { policies: string; argv?: readonly string[]; env?: Readonly<Record<string, string | undefined>> },
  startEvaluator: ProgramDeps["startEvaluator"],
): Promise<RunningProgram | EndedProgram> {
  const folder = await mkdtemp(join(tmpdir(), "policy-server-running-"));
  const path = join(folder, "policies.yml");
  await writeFile(path, policies);
  const shutdown = new AbortController();
  const reload = new EventTarget();
  const ready = Promise.withResolvers<void>();
  let reloaded = Promise.withResolvers<void>();
  const output = { stdout: "", stderr: "" };
  const run = async (): Promise<EndedProgram> => {
    const exit = await runProgram(policyServer, {
      argv: ["--addr=127.0.0.1", "--port=0", "--readiness-probe-port=0", ...argv],
      env: { KUBEWARDEN_POLICIES: path, KUBEWARDEN_LOG_FMT: "json", ...env },
      stdout: {
        write: (text) => {
          output.stdout += String(text);
          if (String(text).includes("started readiness server")) ready.resolve();
          if (/policies (reloaded|cannot be reloaded)/.test(String(text))) reloaded.resolve();
        },
      },
      stderr: {
        write: (text) => {
          output.stderr += String(text);
        },
      },
      deps: () => ({
        ...{ shutdown: shutdown.signal, reload, cpus: 2, isTerminal: false, startEvaluator },
        background: noBackground,
        pid: process.pid,
        connectHost: fakeHost,
      }),
    });
    await rm(folder, { recursive: true });
    return { exit, ...output };
  };
  const ended = run();
  const first = await Promise.race([ready.promise, ended]);
  if (first !== undefined) return first;
  const logs = (): LogObject[] =>
    output.stdout
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  // the line is JSON or text
  const portOf = (message: string): number =>
    Number(new RegExp(`${message}.*\\bport"?[=:](\\d+)`).exec(output.stdout)?.[1]);
  const stop = (): Promise<EndedProgram> => {
    shutdown.abort();
    return ended;
  };
  return {
    port: portOf("started HTTP server"),
    readinessPort: portOf("started readiness server"),
    logs,
    async reload(changed) {
      reloaded = Promise.withResolvers();
      await writeFile(path, changed);
      reload.dispatchEvent(new Event("reload"));
      await reloaded.promise;
    },
    async rewrite(changed) {
      reloaded = Promise.withResolvers();
      await writeFile(path, changed);
      await reloaded.promise;
    },
    stop,
    [Symbol.asyncDispose]: async () => void (await stop()),
  };
}
