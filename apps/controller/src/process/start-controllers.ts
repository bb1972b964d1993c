import { policyKinds } from "@kubewarden-ts/api/policies";
import {
  type Controller,
  type ControllerObserver,
  createController,
  type Reconcile,
} from "@kubewarden-ts/kube";
import { certificatesKey, certificateTriggers } from "../certificates/certificate-triggers.ts";
import { reconcileCertificates } from "../certificates/reconcile-certificates.ts";
import type { ControllerContext } from "../context.ts";
import { defaultsTriggers } from "../defaults/defaults-triggers.ts";
import { reconcileDefaults } from "../defaults/reconcile-defaults.ts";
import { createAskReplica } from "../policy/ask-replica.ts";
import { policyContext } from "../policy/policy-context.ts";
import { readPolicyKey } from "../policy/policy-key.ts";
import { policyTriggers } from "../policy/policy-triggers.ts";
import { reconcilePolicy } from "../policy/reconcile-policy.ts";
import { createReplicaReports } from "../policy/replica-reports.ts";
import { policyServerContext } from "../policy-server/policy-server-context.ts";
import { policyServerTriggers } from "../policy-server/policy-server-triggers.ts";
import { reconcilePolicyServer } from "../policy-server/reconcile-policy-server.ts";

export interface StartControllersOptions {
  /** ConfigMap of the objects that are applied by default; none without */
  readonly defaultsConfigMapName: string | undefined;
  readonly observer?: ControllerObserver;
  /** told of each controller. @returns called when it ended */
  readonly watchQueue?: (controller: Controller) => () => void;
}

/**
 * Starts everything that only the leader does: a queue for the certificates, for PolicyServers, for each kind of
 * policies and for defaults, and what feeds them (controller.md 3.1, 4.1, 5, 8).
 * @returns ends all of it, and waits for the passes under way
 */
export async function startControllers(
  context: ControllerContext,
  options: StartControllersOptions,
): Promise<AsyncDisposable> {
  const { view, clock, log, config } = context;
  await using started = new AsyncDisposableStack();
  const run = (name: string, reconcile: Reconcile): Controller => {
    const { observer, watchQueue } = options;
    const ownLog = log.child({ target: name });
    const controller = started.use(
      createController({ name, reconcile, log: ownLog, clock, ...(observer && { observer }) }),
    );
    if (watchQueue !== undefined) started.defer(watchQueue(controller));
    controller.start();
    return controller;
  };

  const certificates = run("cert", (_key, signal) => reconcileCertificates(context, signal));
  const askForCertificates = () => certificates.enqueue(certificatesKey);
  started.defer(certificateTriggers(view, config.deploymentsNamespace, askForCertificates));
  askForCertificates();

  const ofServers = policyServerContext(context);
  const servers = run("policyserver", (name, signal) => reconcilePolicyServer(ofServers, name, signal));
  started.defer(policyServerTriggers(context, (name) => servers.enqueue(name)));

  const replicaReports = started.use(createReplicaReports({ view, ask: createAskReplica(), clock, log }));
  const ofPolicies = policyContext(context, { replicaReports });
  const queues = new Map(
    policyKinds.map(({ kind }) => [
      kind,
      run(kind.toLowerCase(), (key, signal) => reconcilePolicy(ofPolicies, key, signal)),
    ]),
  );
  started.defer(policyTriggers(ofPolicies, (key) => queues.get(readPolicyKey(key).kind)?.enqueue(key)));

  const { defaultsConfigMapName } = options;
  if (defaultsConfigMapName !== undefined) {
    const defaults = run("defaults", (name, signal) => reconcileDefaults(context, name, signal));
    const place = { name: defaultsConfigMapName, namespace: config.deploymentsNamespace };
    started.defer(defaultsTriggers(view, place, () => defaults.enqueue(defaultsConfigMapName)));
  }
  return started.move();
}
