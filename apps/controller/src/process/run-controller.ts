import { hostname } from "node:os";
import { type Clock, errorText, type Logger } from "@kubewarden-ts/base";
import {
  createEventRecorder,
  createKubeClient,
  createObjectClient,
  type KubeClient,
  loadClusterAccess,
} from "@kubewarden-ts/kube";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import { startWebhookServer } from "../admission/webhook-server.ts";
import { webhookCertificates } from "../certificates/webhook-certificates.ts";
import type { ControllerContext } from "../context.ts";
import { aborted } from "./aborted.ts";
import { observeClient } from "./client-metrics.ts";
import { type ControllerMetrics, createControllerMetrics } from "./controller-metrics.ts";
import { createClusterView, whenViewSynced } from "./create-cluster-view.ts";
import { probeFeatures } from "./feature-probe.ts";
import { startTextServer } from "./http-server.ts";
import { leadInTurn } from "./lead.ts";
import { probeRoutes } from "./probe-routes.ts";
import type { ProcessConfig } from "./process-config.ts";
import { startOtlpMetrics } from "./start-telemetry.ts";

export interface RunControllerDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly log: Logger;
  /** ends it */
  readonly signal: AbortSignal;
}

/** What keeps this replica from being ready; shown by its probe. */
interface Readiness {
  problem: string | undefined;
}

/**
 * Runs the controller until it is told to stop (controller.md 6): every replica watches the cluster and answers webhooks,
 * the leader reconciles.
 * @throws {ControllerError} when it cannot start, or lost its lease: Kubernetes starts it anew
 * @throws {KubeError} `KUBE_CONFIG_INVALID` when no cluster is configured
 */
export async function runController(config: ProcessConfig, deps: RunControllerDeps): Promise<void> {
  const { env, clock, log, signal } = deps;
  await using parts = new AsyncDisposableStack();
  const metrics = createControllerMetrics(clock.now);
  const readiness: Readiness = { problem: "starting" };
  await startListeners(config, { parts, metrics, readiness, log });
  if (config.controller.telemetry.metrics) {
    parts.use(await startOtlpMetrics({ registry: metrics.policies, env, log, clock }));
  }
  const client = parts.use(await connect(config, { ...deps, metrics }));
  const context = await watchCluster(config, client, { ...deps, parts, readiness });
  const stopping = new AbortController();
  const ends = AbortSignal.any([signal, stopping.signal]);
  const serving = serveWebhooks(config, context, { metrics, readiness, signal: ends });
  const leading = leadInTurn(config, context, { ...deps, client, metrics, signal: ends });
  try {
    // whichever ends first takes the other along
    await Promise.race([serving, leading]);
  } finally {
    readiness.problem = "stopping";
    stopping.abort();
    const outcomes = await Promise.allSettled([serving, leading]);
    for (const { reason } of outcomes.filter((outcome) => outcome.status === "rejected")) {
      if (!signal.aborted) log.debug("a part of the controller ended", { error: errorText(reason) });
    }
  }
}

async function startListeners(
  { probeAddress, metricsAddress, controller }: ProcessConfig,
  {
    parts,
    metrics,
    readiness,
    log,
  }: { parts: AsyncDisposableStack; metrics: ControllerMetrics; readiness: Readiness; log: Logger },
): Promise<void> {
  if (controller.hostNetwork)
    log.warn("policy servers share the network of their node: their ports must be free there");
  if (probeAddress !== undefined) {
    parts.use(
      await startTextServer(
        probeAddress,
        probeRoutes(() => readiness.problem),
      ),
    );
  }
  if (metricsAddress !== undefined) parts.use(await startTextServer(metricsAddress, metrics.routes));
}

async function connect(
  { kubeconfigPath }: Pick<ProcessConfig, "kubeconfigPath">,
  { env, clock, log, metrics }: RunControllerDeps & { metrics: ControllerMetrics },
): Promise<KubeClient> {
  const access = await loadClusterAccess({
    env,
    clock,
    ...(kubeconfigPath !== undefined && { kubeconfigPath }),
  });
  log.info("using a cluster", { server: access.server, origin: access.origin });
  const userAgent = `kubewarden-controller/${KUBEWARDEN_VERSION}`;
  return observeClient(createKubeClient(access, { log, clock, userAgent }), metrics.process);
}

async function watchCluster(
  { controller }: ProcessConfig,
  client: KubeClient,
  {
    parts,
    readiness,
    clock,
    log,
    signal,
  }: RunControllerDeps & { parts: AsyncDisposableStack; readiness: Readiness },
): Promise<ControllerContext> {
  readiness.problem = "the API server has not said yet what it can do";
  const features = await probeFeatures(client, { log, clock, signal });
  readiness.problem = "the copy of the cluster is not complete yet";
  const view = parts.use(
    createClusterView(client, { namespace: controller.deploymentsNamespace, log, clock }),
  );
  await whenViewSynced(view, signal);
  const objects = createObjectClient(client);
  const events = parts.use(
    createEventRecorder(objects, { component: "kubewarden-controller", instance: hostname(), clock, log }),
  );
  return { config: controller, objects, view, events, features, clock, log };
}

/** On every replica, whether it leads or not (controller.md 6.2). */
async function serveWebhooks(
  { webhookPort, certificatesFolder }: ProcessConfig,
  context: ControllerContext,
  { metrics, readiness, signal }: { metrics: ControllerMetrics; readiness: Readiness; signal: AbortSignal },
): Promise<void> {
  const { config, view, log } = context;
  readiness.problem = "there is no certificate for the webhooks yet";
  const ownLog = log.child({ target: "webhook" });
  const certificates = await webhookCertificates(
    { folder: certificatesFolder, config, view, log: log.child({ target: "certs" }) },
    signal,
  );
  await using server = await startWebhookServer({
    ...{ port: webhookPort, certificates, context, log: ownLog },
    observe: metrics.observeReview,
  });
  log.info("serving webhooks", { port: server.port });
  readiness.problem = undefined;
  await aborted(signal);
}
