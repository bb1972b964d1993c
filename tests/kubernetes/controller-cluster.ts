import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { KubernetesObject, ResourceType } from "@kubewarden-ts/api";
import {
  configMaps,
  deployments,
  leases,
  mutatingWebhookConfigurations,
  secrets,
  services,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { policyKinds, policyServers } from "@kubewarden-ts/api/policies";
import { silentLogger } from "@kubewarden-ts/base";
import {
  createKubeClient,
  createObjectClient,
  type KubeClient,
  type ObjectClient,
} from "@kubewarden-ts/kube";
import { staticAccess } from "@kubewarden-ts/kube/testing";
import { superviseProcess } from "../../tools/cluster/node/supervised-process.ts";
import { partPath } from "../support/requirements.ts";
import { freePort } from "../support/server-process.ts";
import { type ApiClient, apiClient } from "./api-client.ts";
import { installCustomResources } from "./install-custom-resources.ts";
import { type ControlPlaneFacts, startControlPlane } from "./start-control-plane.ts";

/** A running controller, and where it tells of itself. */
export interface TestController extends AsyncDisposable {
  readonly probeUrl: string;
  readonly metricsUrl: string;
  /** of the webhooks for our own kinds */
  readonly webhookPort: number;
  /** Resolves with its exit code, or the name of the signal that ended it. */
  readonly ended: Promise<number | string>;
  /** what it has logged so far */
  log(): Promise<string>;
  /** Resolves when it says that it is ready. @throws {Error} with its log, when it ends before */
  ready(): Promise<void>;
  /** Sends a signal, and waits for the end. */
  signal(name: "SIGTERM" | "SIGKILL"): Promise<number | string>;
}

/** A control plane with our kinds that no other test has: a controller takes every webhook configuration for its own. */
export interface ControllerCluster extends AsyncDisposable {
  readonly facts: ControlPlaneFacts;
  readonly admin: ApiClient;
  readonly client: KubeClient;
  readonly objects: ObjectClient;
  /** A namespace that no other test has. */
  createNamespace(name: string): Promise<string>;
  /** Starts the controller as a process, as the administrator. @param args - further flags; they win */
  start(namespace: string, args?: readonly string[]): Promise<TestController>;
}

export async function controllerCluster(): Promise<ControllerCluster> {
  await using parts = new AsyncDisposableStack();
  const { facts } = parts.use(
    await startControlPlane({ programs: partPath("kubernetes"), controllers: false }),
  );
  const { url, ca, adminToken: token } = facts;
  const admin = apiClient({ url, ca, token });
  await installCustomResources(admin);
  const access = staticAccess(url, { token, tls: { ca } });
  const client = parts.use(createKubeClient(access, { log: silentLogger, userAgent: "tests" }));
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-controller-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const all = parts.move();
  return {
    ...{ facts, admin, client, objects: createObjectClient(client) },
    async createNamespace(name) {
      await admin.create("/api/v1/namespaces", { metadata: { name } });
      return name;
    },
    start: (namespace, args = []) => startTestController(facts, { folder, namespace, args }),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function startTestController(
  { adminKubeconfigPath }: ControlPlaneFacts,
  { folder, namespace, args }: { folder: string; namespace: string; args: readonly string[] },
): Promise<TestController> {
  const root = join(import.meta.dirname, "../..");
  const [probePort, metricsPort, webhookPort] = [await freePort(), await freePort(), await freePort()];
  const logPath = join(await mkdtemp(join(folder, "run-")), "controller.log");
  const child = superviseProcess({
    ...{ command: process.execPath, env: process.env, cwd: root, logPath },
    args: [
      join(root, "apps/controller/src/main.ts"),
      ...["--kubeconfig", adminKubeconfigPath, "--deployments-namespace", namespace],
      ...["--webhook-service-name=webhooks", `--webhook-server-port=${webhookPort}`],
      `--health-probe-bind-address=127.0.0.1:${probePort}`,
      `--metrics-bind-address=127.0.0.1:${metricsPort}`,
      `--webhook-certs-dir=${join(folder, "nothing-mounted")}`,
      ...args,
    ],
  });
  const [probeUrl, metricsUrl] = [`http://127.0.0.1:${probePort}`, `http://127.0.0.1:${metricsPort}`];
  const ended = child.ended.then(async (outcome) => {
    throw new Error(`the controller ended: ${outcome}\n${await readFile(logPath, "utf8")}`);
  });
  ended.catch(() => {}); // who does not wait may end it
  return {
    ...{ probeUrl, metricsUrl, webhookPort, ended: child.ended },
    log: () => readFile(logPath, "utf8"),
    ready: () => Promise.race([ended, eventually(async () => (await fetch(`${probeUrl}/readyz`)).ok)]),
    async signal(name) {
      if (child.pid !== undefined) process.kill(child.pid, name);
      return await child.ended;
    },
    [Symbol.asyncDispose]: () => child.stop(10_000),
  };
}

/** Asks until the answer is yes; what fails meanwhile counts as no. The test's own time limit ends a wait for nothing. */
export async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (;;) {
    const yes = await Promise.resolve()
      .then(holds)
      .catch((error: unknown) => {
        if (error instanceof ReferenceError) throw error;
        return false;
      });
    if (yes) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

const watched: readonly ResourceType<KubernetesObject>[] = [
  ...[secrets, configMaps, services, deployments, policyServers, ...policyKinds],
  ...[validatingWebhookConfigurations, mutatingWebhookConfigurations],
];

/** `<kind> <name>` to resource version, of all that a controller writes but its Lease and Events. */
export async function resourceVersions({ objects }: ControllerCluster): Promise<Record<string, string>> {
  const lists = await Promise.all(watched.map((type) => objects.list(type)));
  return Object.fromEntries(
    lists.flatMap((list, index) =>
      list.map(({ metadata: { namespace = "", name, resourceVersion = "" } }) => [
        `${watched[index]?.kind} ${namespace}/${name}`,
        resourceVersion,
      ]),
    ),
  );
}

/** Who leads, as the Lease says. */
export async function leaderOf({ objects }: ControllerCluster, namespace: string): Promise<string> {
  const lease = await objects.get(leases, { namespace, name: "a4ddbf36.kubewarden.io" });
  return lease?.spec?.holderIdentity ?? "";
}
