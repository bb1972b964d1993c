import { open } from "node:fs/promises";
import { createLogger, type Logger, silentLogger, systemClock } from "@kubewarden-ts/base";
import { commandDefiner, docsCommand } from "@kubewarden-ts/cli";
import { createKubeClient, createObjectClient, loadClusterAccess } from "@kubewarden-ts/kube";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { cleanUp } from "./cleanup/cleanup.ts";
import { controllerFlags } from "./flags.ts";
import { type LogConfig, readLogConfig } from "./process/log-config.ts";
import { type ControllerFlags, readProcessConfig, requiredNamespace } from "./process/process-config.ts";
import { runController } from "./process/run-controller.ts";
import { createZapWriter } from "./process/zap-writer.ts";

/** What the program needs of its process. */
export interface ProgramDeps {
  /** Aborted when the process is asked to stop. */
  readonly shutdown: AbortSignal;
}

/** The command line of `controller`. */
export const controllerProgram = commandDefiner<ProgramDeps>()({
  name: "controller",
  version: { short: `controller ${KUBEWARDEN_VERSION}` },
  summary: "Kubewarden controller: turns policies into policy servers and webhooks of a Kubernetes cluster",
  flags: controllerFlags,
  subcommands: { docs: docsCommand({ open }) },
  async run({ flags, env, stderr, shutdown: signal }) {
    const log = programLog(readLogConfig(flags), (text) => stderr.write(text));
    try {
      if (flags.cleanup) await cleanUpCluster(flags, { env, log, signal });
      else await runController(readProcessConfig(flags, env), { env, clock: systemClock, log, signal });
      return 0;
    } catch (error) {
      // asked to stop while starting: what fails then is what was stopped
      if (signal.aborted) return 0;
      throw error;
    }
  },
});

function programLog({ level, format, timeEncoding }: LogConfig, write: (text: string) => unknown): Logger {
  if (level === "none") return silentLogger;
  const writer = createZapWriter({ format, timeEncoding, write, nowMs: Date.now });
  return createLogger({ level, target: "setup", write: writer });
}

async function cleanUpCluster(
  flags: ControllerFlags,
  { env, log, signal }: { env: NodeJS.ProcessEnv; log: Logger; signal: AbortSignal },
): Promise<void> {
  const namespace = requiredNamespace(flags["deployments-namespace"]);
  const { kubeconfig } = flags;
  const access = await loadClusterAccess({ env, ...(kubeconfig && { kubeconfigPath: kubeconfig }) });
  const userAgent = `kubewarden-controller/${KUBEWARDEN_VERSION}`;
  await using client = createKubeClient(access, { log, userAgent });
  const controllerDeployment = flags["controller-deployment-name"] || undefined;
  const objects = createObjectClient(client);
  await cleanUp({ objects, namespace, controllerDeployment, clock: systemClock, log }, signal);
}
