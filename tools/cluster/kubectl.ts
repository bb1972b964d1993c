import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { runProcess } from "../run-process.ts";

/** How people at this machine call kubectl. */
export interface Kubectl {
  /** the one on the path; without, the one beside the cluster's other programs */
  readonly file: string;
  readonly isOnPath: boolean;
}

/**
 * Looks for kubectl.
 * @param programs - folder of the cluster's programs
 * @param env - has the path
 */
export function findKubectl(programs: string, env: NodeJS.ProcessEnv = process.env): Kubectl {
  const { status } = spawnSync("kubectl", ["version", "--client"], { stdio: "ignore", env });
  const isOnPath = status === 0;
  return { file: isOnPath ? "kubectl" : join(programs, "kubectl"), isOnPath };
}

/** What a kubectl command says, be it the reason why it failed. */
export async function kubectlSays(
  { file }: Kubectl,
  args: readonly string[],
  { kubeconfigPath, cwd }: { kubeconfigPath: string; cwd: string },
): Promise<string> {
  const { output } = await runProcess(file, ["--kubeconfig", kubeconfigPath, ...args], { cwd });
  return output.trimEnd();
}
