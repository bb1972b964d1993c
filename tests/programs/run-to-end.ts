import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";

/** What a program that has ended left behind. */
export interface EndedProgram {
  exitCode: number | null;
  stdout: string;
  stderr: string;
}

/** Nothing of the machine but where its programs lie: no home, no cluster, no credentials. */
export const bareEnvironment: Readonly<Record<string, string | undefined>> = { PATH: process.env["PATH"] };

/**
 * Runs a script with the Node.js of the tests until it ends.
 * @param options.env - all of its environment; {@link bareEnvironment} without
 */
export async function runToEnd(
  script: string,
  args: readonly string[],
  { env = bareEnvironment, stdin = "" }: { env?: typeof bareEnvironment; stdin?: string } = {},
): Promise<EndedProgram> {
  const child = spawn(process.execPath, [script, ...args], { env, stdio: "pipe" });
  const ended = once(child, "close");
  child.stdin.on("error", () => {}); // it does not read to the end
  child.stdin.end(stdin);
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  await ended;
  return { exitCode: child.exitCode, stdout, stderr };
}
