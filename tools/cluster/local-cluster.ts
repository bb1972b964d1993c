import { copyFile, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { mutatingWebhookConfigurations, validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import { controllerWebhookConfigurations, customResourceDefinitions } from "@kubewarden-ts/api/crds";
import type { Logger } from "@kubewarden-ts/base";
import {
  createKubeClient,
  createObjectClient,
  type KubeClient,
  loadClusterAccess,
  type ObjectClient,
} from "@kubewarden-ts/kube";
import { type ControlPlaneFacts, startControlPlane } from "../../tests/kubernetes/start-control-plane.ts";
import { freePort } from "../../tests/support/server-process.ts";
import { type ControllerProcess, startController } from "./controller-process.ts";
import { installCustomResources } from "./custom-resources.ts";
import { applyManifests, type ClusterClients } from "./manifests.ts";
import { startLocalNode } from "./node/local-node.ts";
import { machineAddress } from "./node/machine-address.ts";
import type { ContainerProgram } from "./node/pod-runner.ts";
import type { RunnablePod } from "./node/pod-spec.ts";
import { startServiceRoutes } from "./node/service-routes.ts";
import { policyServerProgram } from "./policy-server-program.ts";
import { installReportKinds } from "./report-definitions.ts";

export const deploymentsNamespace = "kubewarden";
const webhookServiceName = "kubewarden-controller-webhook-service";

export interface LocalClusterOptions {
  readonly root: string;
  /** folder of kube-apiserver, etcd, kube-controller-manager and kubectl */
  readonly programs: string;
  /** for logs, volumes and the kubeconfig; emptied first */
  readonly folder: string;
  readonly log: Logger;
  /** false: Pods stay where they are, for a test that makes them up; Services lead nowhere */
  readonly playsNode?: boolean;
  /** what runs for a Pod at an address; our policy server without */
  readonly podProgram?: (pod: RunnablePod, address: string) => Promise<ContainerProgram>;
}

/**
 * A Kubernetes cluster that knows the kinds of Kubewarden and both kinds of reports, all processes of this machine. No
 * controller runs yet.
 */
export interface LocalCluster extends AsyncDisposable {
  readonly client: KubeClient;
  readonly objects: ObjectClient;
  readonly facts: ControlPlaneFacts;
  /** of the administrator */
  readonly kubeconfigPath: string;
  /**
   * Starts our controller; resolves when the API server trusts its webhooks. A second one takes the place of the first
   * when that has ended.
   * @param args - further flags
   */
  startController(args?: readonly string[]): Promise<ControllerProcess>;
}

/** Starts etcd, kube-apiserver and kube-controller-manager, installs the kinds, and plays a node and its network. */
export async function startLocalCluster(options: LocalClusterOptions): Promise<LocalCluster> {
  const { root, programs, folder, log } = options;
  const address = machineAddress();
  await using parts = new AsyncDisposableStack();
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const prepare = (facts: ControlPlaneFacts) => installKinds(facts, log);
  const { facts } = parts.use(
    await startControlPlane({ programs, controllers: true, ...routedByUs, prepare }),
  );
  const kubeconfigPath = join(folder, "kubeconfig");
  await copyFile(facts.adminKubeconfigPath, kubeconfigPath);
  const client = parts.use(await administrator(facts, log));
  const objects = createObjectClient(client);
  const webhookPort = await freePort();
  await leadToController({ client, objects }, { address, port: webhookPort });

  const namespace = deploymentsNamespace;
  const ours = { root, client, cluster: facts, folder: join(folder, "access") };
  const podProgram = options.podProgram ?? ((pod, podAddress) => policyServerProgram(ours, pod, podAddress));
  const node = { client, namespace, name: "local", folder: join(folder, "pods"), log, program: podProgram };
  if (options.playsNode ?? true) {
    parts.use(await startLocalNode(node));
    parts.use(await startServiceRoutes({ client, namespace, address, log }));
  }
  const owned = parts.move();
  return {
    client,
    objects,
    facts,
    kubeconfigPath,
    async startController(args = []) {
      const where = { root, kubeconfigPath, namespace, webhookServiceName, webhookPort, folder, args };
      const controller = owned.use(await startController(where));
      await controller.ready();
      await untilWebhooksTrusted(objects);
      return controller;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/**
 * We lead Services to Pods ourselves, at addresses that Kubernetes' own controllers would refuse, and our node has no
 * kubelet that would say that it lives: nobody may take it for dead. The controllers may ask as often as they like: a policy
 * server would wait behind hundreds of other Deployments.
 */
const routedByUs = {
  apiServerArgs: ["--enable-aggregator-routing=true", "--service-cluster-ip-range=10.0.0.0/16"],
  controllerManagerArgs: [
    "--kube-api-qps=1000",
    "--kube-api-burst=2000",
    "--controllers=*,-endpoints-controller,-endpointslice-controller,-endpointslice-mirroring-controller,-node-lifecycle-controller,-pod-garbage-collector-controller",
  ],
};

async function administrator(
  { adminKubeconfigPath: kubeconfigPath }: ControlPlaneFacts,
  log: Logger,
): Promise<KubeClient> {
  const access = await loadClusterAccess({ env: {}, kubeconfigPath });
  return createKubeClient(access, { log, userAgent: "kubewarden-ts-local-cluster" });
}

async function installKinds(facts: ControlPlaneFacts, log: Logger): Promise<void> {
  await using client = await administrator(facts, log);
  const cluster = { client, objects: createObjectClient(client) };
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: deploymentsNamespace } };
  await applyManifests(cluster, [namespace]);
  await installCustomResources(cluster, customResourceDefinitions());
  await installReportKinds(cluster);
}

/** The Service and webhook configurations that a chart installs beside the controller. */
async function leadToController(
  cluster: ClusterClients,
  { address, port }: { address: string; port: number },
): Promise<void> {
  const metadata = { name: webhookServiceName, namespace: deploymentsNamespace };
  await applyManifests(cluster, [
    { apiVersion: "v1", kind: "Service", metadata, spec: { ports: [{ port: 443, targetPort: port }] } },
    {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { ...metadata, labels: { "kubernetes.io/service-name": webhookServiceName } },
      addressType: "IPv4",
      endpoints: [{ addresses: [address], conditions: { ready: true } }],
      ports: [{ name: "", port, protocol: "TCP" }],
    },
    ...controllerWebhookConfigurations({ namespace: deploymentsNamespace, serviceName: webhookServiceName }),
  ]);
}

/** Before the controller has written its authority there, the API server accepts none of our objects. */
async function untilWebhooksTrusted(objects: ObjectClient): Promise<void> {
  const trusted = async () => {
    const found = await Promise.all([
      objects.list(validatingWebhookConfigurations),
      objects.list(mutatingWebhookConfigurations),
    ]);
    return found
      .flat()
      .every(({ webhooks }) => webhooks?.every(({ clientConfig }) => Boolean(clientConfig.caBundle)));
  };
  while (!(await trusted())) await delay(50);
}
