import { spawn } from "node:child_process";

/** How a finished process ended. */
export interface Finished {
  /** -1 when a signal ended it or it could not be started */
  exitCode: number;
  /** stdout and stderr in the order they came */
  output: string;
}

/** Runs a program to its end, without stdin. */
export function runProcess(
  file: string,
  args: readonly string[],
  options: { cwd: string },
): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(file, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
    const chunks: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    child.once("error", (error) => resolve({ exitCode: -1, output: error.message }));
    child.once("close", (code) =>
      resolve({ exitCode: code ?? -1, output: Buffer.concat(chunks).toString() }),
    );
  });
}
