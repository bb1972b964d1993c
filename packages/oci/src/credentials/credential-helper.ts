import { spawn } from "node:child_process";
import * as v from "valibot";
import { type Credential, toCredential } from "./credential.ts";

/** Asks the credential helper `docker-credential-<name>` for a server. */
export type AskHelper = (
  name: string,
  server: string,
  options: { signal: AbortSignal },
) => Promise<Credential | undefined>;

const Answer = v.object({ Username: v.string(), Secret: v.string() });

const maxOutputBytes = 64 * 1024;

/**
 * Runs credential helpers of Docker as child processes.
 * @param options.env - what a helper sees; `PATH` tells where helpers lie
 * @param options.timeoutMs - after that a helper is killed; ten seconds unless told
 * @returns rejects when a helper is missing, fails, takes too long or answers nonsense; the error says which, and
 * nothing of the answer
 */
export function helperRunner({
  env,
  timeoutMs = 10_000,
}: {
  env: Readonly<Record<string, string | undefined>>;
  timeoutMs?: number;
}): AskHelper {
  return async (name, server, { signal }) => {
    // the name is a part of a file name
    if (!/^[\w.-]+$/.test(name)) throw new Error(`${JSON.stringify(name)} is not the name of a helper`);
    const command = `docker-credential-${name}`;
    const output = await run(command, server, { env, timeoutMs, signal });
    const { Username, Secret } = parseAnswer(command, output);
    return Secret === "" ? undefined : toCredential(Username, Secret);
  };
}

function parseAnswer(command: string, output: string): v.InferOutput<typeof Answer> {
  try {
    return v.parse(Answer, JSON.parse(output));
  } catch {
    throw new Error(`${command} answered no JSON with Username and Secret`);
  }
}

/** The standard output of `<command> get`, with `input` as standard input. */
function run(
  command: string,
  input: string,
  {
    env,
    timeoutMs,
    signal,
  }: { env: Readonly<Record<string, string | undefined>>; timeoutMs: number; signal: AbortSignal },
): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const limit = AbortSignal.timeout(timeoutMs);
  const either = AbortSignal.any([signal, limit]);
  const child = spawn(command, ["get"], {
    ...{ env, signal: either, killSignal: "SIGKILL", windowsHide: true },
    stdio: ["pipe", "pipe", "ignore"],
  });
  const chunks: Buffer[] = [];
  let length = 0;
  child.stdout.on("data", (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length <= maxOutputBytes) return;
    child.kill("SIGKILL");
    child.stdout.destroy();
    reject(new Error(`${command} answered more than ${maxOutputBytes} bytes`));
  });
  // a helper that reads nothing has ended already, or will
  child.stdin.on("error", () => {});
  child.stdin.end(input);
  child.on("error", (cause) => {
    // what the helper has started itself may hold its output open
    child.stdout.destroy();
    reject(limit.aborted ? new Error(`${command} did not answer within ${timeoutMs} ms`) : cause);
  });
  child.on("close", (code) => {
    if (code === 0) resolve(Buffer.concat(chunks).toString("utf8"));
    else reject(new Error(`${command} ended with exit code ${code}`));
  });
  return promise;
}
