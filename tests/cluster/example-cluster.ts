import { execFile } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { serveCluster } from "../../tools/cluster/serve-cluster.ts";
import { partPath } from "../support/requirements.ts";

const root = join(import.meta.dirname, "../..");

/** What `npm start -- --cluster` serves, in a folder of the test. */
export interface ExampleCluster extends AsyncDisposable {
  /** what it told when it was ready */
  readonly output: string;
  /** Runs kubectl as the administrator. @returns its output and exit code, never throws */
  kubectl(...args: string[]): Promise<{ exitCode: number; output: string }>;
}

/** Starts the example; resolves when it tells people what to try. */
export async function startExampleCluster(): Promise<ExampleCluster> {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-cluster-"));
  const { promise: stopped, resolve: stop } = Promise.withResolvers<void>();
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  let output = "";
  const stdout = {
    write(text: string) {
      output += text;
      if (output.includes("Try it")) isReady();
    },
  };
  const running = serveCluster({ root, folder, stdout, stopped });
  await Promise.race([ready, running]);
  const kubectlPath = join(partPath("kubernetes"), "kubectl");
  return {
    output,
    kubectl: (...args) => run(kubectlPath, ["--kubeconfig", join(folder, "kubeconfig"), ...args]),
    async [Symbol.asyncDispose]() {
      stop();
      await running;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function run(command: string, args: string[]): Promise<{ exitCode: number; output: string }> {
  try {
    const { stdout, stderr } = await promisify(execFile)(command, args);
    return { exitCode: 0, output: stdout + stderr };
  } catch (error) {
    if (!(error instanceof Error && "stderr" in error && "code" in error)) throw error;
    return { exitCode: Number(error.code), output: String(error.stderr) };
  }
}
