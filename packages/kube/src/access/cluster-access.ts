import { readFile as readFileOfSystem } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type Clock, systemClock } from "@kubewarden-ts/base";
import { KubeError } from "../errors.ts";
import type { Credentials } from "./credentials.ts";
import { inClusterAccess } from "./in-cluster.ts";
import { type ReadFile, readKubeconfig } from "./kubeconfig.ts";
import { kubeconfigAccess } from "./kubeconfig-access.ts";
import { type RunProgram, runProcess } from "./run-program.ts";

/** How a cluster is reached, and as whom. Plain configuration: nothing is connected. */
export interface ClusterAccess {
  /** URL of the API server without a slash at its end; may have a path */
  readonly server: string;
  /** where this comes from, for people */
  readonly origin: string;
  /** the namespace of the context, or of the pod we run in */
  readonly namespace: string;
  /** false: any certificate of the server will do */
  readonly verifyServer: boolean;
  /** name that the server's certificate must be for, in place of the host in `server` */
  readonly serverName: string | undefined;
  /** URL of an HTTP or HTTPS proxy */
  readonly proxy: string | undefined;
  /**
   * Credentials that are valid now. Files are read again after a minute, plugins asked again when what they gave ends.
   * @throws {KubeError} `KUBE_CREDENTIALS_UNAVAILABLE`
   */
  credentials(signal?: AbortSignal): Promise<Credentials>;
  /** The API server did not accept them: the next call reads and asks anew. */
  forgetCredentials(): void;
}

export interface LoadClusterAccessOptions {
  /** reads `KUBECONFIG`, `HOME`, `KUBERNETES_SERVICE_HOST`, `KUBERNETES_SERVICE_PORT` and the proxy variables */
  readonly env: NodeJS.ProcessEnv;
  /** a kubeconfig to use in place of what the environment says; it must exist */
  readonly kubeconfigPath?: string;
  readonly readFile?: ReadFile;
  readonly runProgram?: RunProgram;
  readonly clock?: Clock;
}

/**
 * Finds out how to reach the cluster (policy-server 3, step 5): the kubeconfig files of `KUBECONFIG`, else
 * `~/.kube/config`, else the service account of the pod we run in. No call is made, no plugin is started.
 * @throws {KubeError} `KUBE_CONFIG_INVALID`, saying what was looked for and where
 * @example const access = await loadClusterAccess({ env: process.env });
 */
export async function loadClusterAccess(options: LoadClusterAccessOptions): Promise<ClusterAccess> {
  const { env, readFile = readFileOfSystem, runProgram = runProcess, clock = systemClock } = options;
  const deps = { env, readFile, runProgram, clock };
  const paths = kubeconfigPaths(options);
  const context = await readKubeconfig(paths, readFile);
  if (context !== undefined) return kubeconfigAccess(context, deps);
  if (options.kubeconfigPath === undefined && env["KUBERNETES_SERVICE_HOST"])
    return await inClusterAccess(deps);
  throw new KubeError(nothingFound(paths), { code: "KUBE_CONFIG_INVALID" });
}

function kubeconfigPaths({ env, kubeconfigPath }: LoadClusterAccessOptions): string[] {
  if (kubeconfigPath !== undefined) return [kubeconfigPath];
  const listed = (env["KUBECONFIG"] ?? "").split(delimiter).filter((path) => path !== "");
  if (listed.length > 0) return listed;
  const home = env["HOME"] || env["USERPROFILE"];
  return home ? [join(home, ".kube", "config")] : [];
}

function nothingFound(paths: readonly string[]): string {
  const kubeconfig =
    paths.length === 0
      ? "neither KUBECONFIG nor HOME is set"
      : `no kubeconfig with a current context (looked at ${paths.join(", ")})`;
  return `${kubeconfig}, and not inside a pod (no KUBERNETES_SERVICE_HOST)`;
}
