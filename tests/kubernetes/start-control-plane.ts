import { generateKeyPairSync, randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "../support/authority.ts";
import { freePort, type ServerProcess, startServer, withFreshPorts } from "../support/server-process.ts";
import { kubeconfigOf } from "./kubeconfig.ts";

/** Which control plane. */
export interface ControlPlaneOptions {
  /** the folder of `kube-apiserver`, `etcd` and, with `controllers`, `kube-controller-manager` */
  programs: string;
  /** whether Kubernetes' own controllers run: garbage collection, Deployments, deletion of namespaces */
  controllers: boolean;
  /** further arguments of kube-apiserver */
  apiServerArgs?: readonly string[];
  /** further arguments of kube-controller-manager */
  controllerManagerArgs?: readonly string[];
  /**
   * Makes what kube-controller-manager finds when it starts: its garbage collector looks for kinds that came later only
   * every half minute
   */
  prepare?(facts: ControlPlaneFacts): Promise<void>;
}

/** Where a running control plane is, and how to be its administrator; plain data, which threads can hand on. */
export interface ControlPlaneFacts {
  /** `https://127.0.0.1:<port>` */
  url: string;
  /** the authority that signed the server's certificate, as PEM */
  ca: string;
  /** its key, as PEM: what it signs, the server takes as a client's certificate too */
  caKey: string;
  /** of a member of `system:masters` */
  adminToken: string;
  /** file with the configuration of the administrator */
  adminKubeconfigPath: string;
  /** the folder of `kubectl` and the servers */
  programs: string;
  pids: { apiServer: number; etcd: number; controllerManager?: number };
}

/** A control plane, stopped when it is disposed of. */
export interface StartedControlPlane extends AsyncDisposable {
  facts: ControlPlaneFacts;
}

interface Place extends ControlPlaneOptions {
  folder: string;
  adminToken: string;
}

/**
 * Starts etcd and kube-apiserver, and with `controllers` kube-controller-manager, on free ports of the loopback
 * address, with their data in a folder that goes when they stop.
 * @throws {Error} with the end of a program's output, when it does not come up
 */
export async function startControlPlane(options: ControlPlaneOptions): Promise<StartedControlPlane> {
  const { programs, controllers } = options;
  await using parts = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-control-plane-"));
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const place: Place = { ...options, folder, adminToken: randomUUID() };
  const etcd = await withFreshPorts(() => startEtcd(place));
  parts.use(etcd.server);
  const authority = await writeKeys(place);
  const apiServer = await withFreshPorts(() => startApiServer(place, etcd.url, authority.cert));
  parts.use(apiServer.server);
  const adminKubeconfigPath = join(folder, "admin.kubeconfig");
  const admin = kubeconfigOf({ url: apiServer.url, ca: authority.cert }, { token: place.adminToken });
  await writeFile(adminKubeconfigPath, JSON.stringify(admin, undefined, 2), { mode: 0o600 });
  const pids = { apiServer: pidOf(apiServer.server), etcd: pidOf(etcd.server) };
  const common = { url: apiServer.url, ca: authority.cert, caKey: authority.key, programs };
  const facts = { ...common, adminToken: place.adminToken, adminKubeconfigPath, pids };
  await options.prepare?.(facts);
  if (!controllers) return owned(parts.move(), facts);
  const manager = await withFreshPorts(() => startControllerManager(place, facts));
  parts.use(manager);
  return owned(parts.move(), { ...facts, pids: { ...pids, controllerManager: pidOf(manager) } });
}

function owned(parts: AsyncDisposableStack, facts: ControlPlaneFacts): StartedControlPlane {
  return { facts, [Symbol.asyncDispose]: () => parts.disposeAsync() };
}

function pidOf({ pid }: ServerProcess): number {
  if (pid === undefined) throw new Error("a running process has an id");
  return pid;
}

async function startEtcd({ folder, programs }: Place): Promise<{ server: ServerProcess; url: string }> {
  const url = `http://127.0.0.1:${await freePort()}`;
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const args = [
    ...[`--data-dir=${folder}/etcd`, `--listen-client-urls=${url}`, `--advertise-client-urls=${url}`],
    ...[`--listen-peer-urls=${peerUrl}`, `--initial-advertise-peer-urls=${peerUrl}`],
    `--initial-cluster=default=${peerUrl}`,
    ...["--unsafe-no-fsync", "--heartbeat-interval=10", "--election-timeout=100", "--log-level=error"],
  ];
  const ready = async (signal: AbortSignal) => (await fetch(`${url}/health`, { signal })).ok;
  return { url, server: await startServer({ command: join(programs, "etcd"), args, folder, ready }) };
}

/** Writes what the API server and the controllers read: keys, certificates, the administrator's token. */
async function writeKeys({ folder, adminToken }: Place): Promise<{ cert: string; key: string }> {
  const authority = await createAuthority("test cluster");
  const serving = await authority.issue({
    commonName: "kube-apiserver",
    dnsNames: ["localhost", "kubernetes.default.svc"],
    addresses: ["127.0.0.1"],
  });
  const accounts = generateKeyPairSync("ec", {
    namedCurve: "P-256",
    publicKeyEncoding: { type: "spki", format: "pem" },
    privateKeyEncoding: { type: "sec1", format: "pem" },
  });
  const files = {
    "ca.crt": authority.cert,
    "serving.crt": serving.cert,
    "serving.key": serving.key,
    "accounts.pub": accounts.publicKey,
    "accounts.key": accounts.privateKey,
    "tokens.csv": `${adminToken},admin,admin,system:masters\n`,
  };
  const write = ([name, text]: [string, string]) => writeFile(join(folder, name), text, { mode: 0o600 });
  await Promise.all(Object.entries(files).map(write));
  return authority;
}

/** They live for minutes beside what is tested, on its CPUs: memory is cheaper than a quarter of them for their collector. */
const rarelyCollected = { GOGC: "400", GOMEMLIMIT: "3GiB" };

async function startApiServer(
  { folder, programs, controllers, adminToken, apiServerArgs = [] }: Place,
  etcdUrl: string,
  ca: string,
): Promise<{ server: ServerProcess; url: string }> {
  const port = await freePort();
  const url = `https://127.0.0.1:${port}`;
  const args = [
    ...[`--etcd-servers=${etcdUrl}`, "--bind-address=127.0.0.1", `--secure-port=${port}`],
    ...["--advertise-address=127.0.0.1", "--endpoint-reconciler-type=none"],
    ...[`--tls-cert-file=${folder}/serving.crt`, `--tls-private-key-file=${folder}/serving.key`],
    ...[`--client-ca-file=${folder}/ca.crt`, `--token-auth-file=${folder}/tokens.csv`],
    ...["--authorization-mode=RBAC", "--service-cluster-ip-range=10.0.0.0/24", "--allow-privileged=true"],
    "--service-account-issuer=https://kubernetes.default.svc",
    `--service-account-key-file=${folder}/accounts.pub`,
    `--service-account-signing-key-file=${folder}/accounts.key`,
    // Without controllers no namespace gets the account that this plugin gives to Pods.
    ...(controllers ? [] : ["--disable-admission-plugins=ServiceAccount"]),
    ...apiServerArgs,
  ];
  const ready = (signal: AbortSignal) => isReady(`${url}/readyz`, { ca, token: adminToken, signal });
  return {
    url,
    server: await startServer({
      ...{ command: join(programs, "kube-apiserver"), args, folder, ready },
      env: rarelyCollected,
    }),
  };
}

function isReady(url: string, access: { ca: string; token?: string; signal: AbortSignal }): Promise<boolean> {
  const { ca, token, signal } = access;
  const { promise, resolve, reject } = Promise.withResolvers<boolean>();
  const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
  request(url, { ca, headers, signal, agent: false }, (response) => {
    response.resume();
    resolve(response.statusCode === 200);
  })
    .on("error", reject)
    .end();
  return promise;
}

async function startControllerManager(
  { folder, programs, controllerManagerArgs = [] }: Place,
  { adminKubeconfigPath, ca }: Pick<ControlPlaneFacts, "adminKubeconfigPath" | "ca">,
): Promise<ServerProcess> {
  const command = join(programs, "kube-controller-manager");
  if (!existsSync(command)) {
    throw new Error(
      `${programs} holds no kube-controller-manager: unset KUBEBUILDER_ASSETS to have it built`,
    );
  }
  const port = await freePort();
  const args = [
    ...[`--kubeconfig=${adminKubeconfigPath}`, "--leader-elect=false"],
    ...["--bind-address=127.0.0.1", `--secure-port=${port}`],
    ...[`--tls-cert-file=${folder}/serving.crt`, `--tls-private-key-file=${folder}/serving.key`],
    ...[`--service-account-private-key-file=${folder}/accounts.key`, `--root-ca-file=${folder}/ca.crt`],
    ...controllerManagerArgs,
  ];
  const ready = (signal: AbortSignal) => isReady(`https://127.0.0.1:${port}/healthz`, { ca, signal });
  return startServer({ command, args, folder, ready });
}
