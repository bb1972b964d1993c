import { spawn } from "node:child_process";

/** Runs a program to its end, without a shell and without input. */
export type RunProgram = (
  command: string,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
) => Promise<{ exitCode: number; stdout: string; stderr: string }>;

const timeoutMs = 60_000;
const maxBytes = 1024 * 1024;

/** Starts a process; it is killed after a minute, and what it prints beyond 1 MiB is dropped. */
export const runProcess: RunProgram = (command, args, env) => {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<RunProgram>>>();
  const child = spawn(command, args, { env, stdio: ["ignore", "pipe", "pipe"], timeout: timeoutMs });
  const stdout = collect(child.stdout);
  const stderr = collect(child.stderr);
  child.on("error", reject);
  child.on("close", (code, signal) => {
    const stopped = signal === null ? "" : `stopped by ${signal} (the limit is ${timeoutMs / 1000} s)`;
    resolve({ exitCode: code ?? -1, stdout: stdout(), stderr: [stderr(), stopped].join("\n") });
  });
  return promise;
};

function collect(stream: NodeJS.ReadableStream): () => string {
  const chunks: Buffer[] = [];
  let length = 0;
  stream.on("data", (chunk: Buffer) => {
    length += chunk.length;
    if (length <= maxBytes) chunks.push(chunk);
  });
  return () => Buffer.concat(chunks).toString("utf8");
}
