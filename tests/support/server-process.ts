import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { setTimeout as delay } from "node:timers/promises";

const POLL_MS = 25;
const READY_WITHIN_MS = 60_000;
const MAX_OUTPUT_CHARACTERS = 20_000;

/** A program to start, and how to tell that it serves. */
export interface ServerProgram {
  command: string;
  args: readonly string[];
  env?: Readonly<Record<string, string | undefined>>;
  /** what it keeps its data in: removed with it when the process of the tests is killed; else that is up to the caller */
  folder?: string;
  /** asked again and again until it says yes; a refused connection counts as no */
  ready(signal: AbortSignal): Promise<boolean>;
}

/** A server of a test: killed when it is disposed of, and when the process of the tests ends in any other way. */
export class ServerProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #watchdog: ChildProcess;
  readonly #closed: Promise<unknown>;
  #output = "";

  constructor({ command, args, env, folder }: Omit<ServerProgram, "ready">) {
    this.#child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      detached: true, // Ctrl-C is for us; the server follows when we dispose of it, or through its watchdog
    });
    this.#closed = new Promise((resolve) => {
      this.#child.once("close", resolve).once("error", (error) => {
        this.#output += error.message;
        resolve(undefined);
      });
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text) => {
        this.#output = (this.#output + text).slice(-MAX_OUTPUT_CHARACTERS);
      });
    }
    this.#watchdog = startWatchdog(this.#child.pid, folder);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** The end of what the program wrote, for error messages. */
  get output(): string {
    return this.#output;
  }

  get running(): boolean {
    return this.#child.pid !== undefined && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Nothing the server holds is kept, so it need not shut down in order.
    this.#child.kill("SIGKILL");
    await this.#closed;
    this.#watchdog.kill("SIGKILL");
  }
}

/**
 * A shell that waits until our end of its pipe closes, which the system does however we end, and cleans up then.
 */
export function startWatchdog(pid: number | undefined, folder: string | undefined): ChildProcess {
  const script = 'read -r nothing; kill -9 "$1"; [ -z "$2" ] || rm -rf "$2"';
  const watchdog = spawn("/bin/sh", ["-c", script, "sh", String(pid ?? ""), folder ?? ""], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  watchdog.unref();
  watchdog.stdin.on("error", () => {}); // it was killed first
  return watchdog;
}

/**
 * Starts a program and waits until it serves.
 * @throws {Error} with the end of its output, when it ends early or does not become ready within a minute
 */
export async function startServer(program: ServerProgram): Promise<ServerProcess> {
  const server = new ServerProcess(program);
  const deadline = AbortSignal.timeout(READY_WITHIN_MS);
  while (!(await program.ready(deadline).catch(() => false))) {
    const problem = server.running ? undefined : "ended";
    if (problem === undefined && !deadline.aborted) {
      await delay(POLL_MS);
      continue;
    }
    await server[Symbol.asyncDispose]();
    throw new Error(`${program.command} ${problem ?? "is not ready after a minute"}:\n${server.output}`);
  }
  return server;
}

/** A port of the loopback address that nobody listened on a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  return address.port;
}

/** Does `start` again when a port that was free is taken after all, which happens where many tests run at once. */
export async function withFreshPorts<T>(start: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await start();
    } catch (error) {
      const taken = error instanceof Error && error.message.includes("address already in use");
      if (!taken || attempt === 3) throw error;
    }
  }
}
