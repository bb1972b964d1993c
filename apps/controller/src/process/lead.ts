import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import { type KubeClient, runAsLeader } from "@kubewarden-ts/kube";
import type { ControllerContext } from "../context.ts";
import { ControllerError } from "../errors.ts";
import { aborted } from "./aborted.ts";
import type { ControllerMetrics } from "./controller-metrics.ts";
import { leaseName } from "./lease-name.ts";
import { prepareCertificates } from "./prepare-certificates.ts";
import type { ProcessConfig } from "./process-config.ts";
import { startControllers } from "./start-controllers.ts";

export interface LeadDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly client: KubeClient;
  readonly metrics: ControllerMetrics;
  /** ends it */
  readonly signal: AbortSignal;
}

/**
 * Leads, with `--leader-elect` when it is this replica's turn (controller.md 6.3).
 * @throws {ControllerError} `CONTROLLER_LEASE_LOST`
 */
export async function leadInTurn(
  config: ProcessConfig,
  context: ControllerContext,
  { client, env, metrics, signal }: LeadDeps,
): Promise<void> {
  const lead = (leading: AbortSignal) => leadControllers(config, context, { metrics, signal: leading });
  if (!config.leaderElect) return await lead(signal);
  const { objects, clock, log } = context;
  const isInCluster = env["KUBERNETES_SERVICE_HOST"] !== undefined && config.kubeconfigPath === undefined;
  const outcome = await runAsLeader({
    ...{ objects, clock, log, lead, signal },
    namespace: isInCluster ? client.access.namespace : config.controller.deploymentsNamespace,
    name: leaseName,
    identity: `${hostname()}_${randomUUID()}`,
  });
  if (outcome === "lost" && !signal.aborted) {
    throw new ControllerError("leader election lost", { code: "CONTROLLER_LEASE_LOST" });
  }
}

async function leadControllers(
  { defaultsConfigMapName }: ProcessConfig,
  context: ControllerContext,
  { metrics, signal }: { metrics: ControllerMetrics; signal: AbortSignal },
): Promise<void> {
  try {
    await prepareCertificates(context, signal);
    const { watchQueue } = metrics.reconciles;
    metrics.setLeading(context.view);
    await using _controllers = await startControllers(context, {
      ...{ defaultsConfigMapName, watchQueue, observer: metrics.reconciles },
    });
    await aborted(signal);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    metrics.setLeading(undefined);
  }
}
