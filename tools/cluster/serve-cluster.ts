import { spawnSync } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { pods } from "@kubewarden-ts/api/core";
import { type ClusterAdmissionPolicy, clusterAdmissionPolicies } from "@kubewarden-ts/api/policies";
import { createLogger } from "@kubewarden-ts/base";
import { isKubeError, type ObjectClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { buildLivePolicies } from "../start/live-policies.ts";
import { auditCluster, createOldPod } from "./audit.ts";
import { findKubectl, kubectlSays } from "./kubectl.ts";
import { deploymentsNamespace, type LocalCluster, startLocalCluster } from "./local-cluster.ts";
import { applyManifests, readManifests } from "./manifests.ts";

const Environment = v.looseObject({
  kubernetes: v.looseObject({
    available: v.boolean(),
    path: v.exactOptional(v.string()),
    reason: v.exactOptional(v.string()),
  }),
});

/** Shows, beside the numbers, which object a report is about. */
const reportsCommand = ["get", "policyreports", "-A", "-o", "wide"];

/** Built for the examples; `examples/cluster/policies.yml` names them. */
const examplePolicies = ["pod-privileged", "capabilities-psp", "safe-labels"];

export interface ServeClusterOptions {
  readonly root: string;
  /** for logs, volumes and the kubeconfig; emptied first */
  readonly folder: string;
  readonly stdout: { write(text: string): unknown };
  /** ends the cluster */
  readonly stopped: Promise<void>;
}

/**
 * `npm start -- --cluster`: a Kubernetes cluster on this machine with our control plane in it, the example policies, and
 * two lines to try them.
 * @returns the exit code
 */
export async function serveCluster({ root, folder, stdout, stopped }: ServeClusterOptions): Promise<number> {
  const say = (text: string): void => void stdout.write(`${text}\n`);
  const programs = await kubernetesPrograms(root);
  const startMs = performance.now();
  say("building the example policies");
  await using _built = await buildLivePolicies({
    names: examplePolicies,
    policiesFolder: join(root, "policies"),
    outFolder: join(root, "dist/start"),
    onBuilt: () => {},
    onProblem: () => {},
  });
  const log = createLogger({
    level: "warn",
    target: "cluster",
    write: ({ level, message, fields }) => say(`${level}: ${message} ${JSON.stringify(fields)}`),
  });
  say("starting etcd, kube-apiserver and kube-controller-manager");
  await using cluster = await startLocalCluster({ root, programs, folder, log });
  say("starting the controller");
  await cluster.startController();
  await createOldPod(cluster.objects);
  say("applying the example policies");
  const replacements = { ["$" + "{POLICIES}"]: pathToFileURL(join(root, "dist/start")).pathname };
  const examples = join(root, "examples/cluster");
  await applyManifests(cluster, await readManifests(join(examples, "policies.yml"), replacements));
  // last, so that it starts with all of them
  await applyManifests(cluster, await readManifests(join(examples, "policy-server.yml")));
  await untilSettled(cluster.objects);
  say("auditing what was there before the policies");
  const { objects, kubeconfigPath } = cluster;
  const audited = await auditCluster({
    root,
    kubeconfigPath,
    objects,
    namespace: deploymentsNamespace,
    folder,
  });
  const seconds = ((performance.now() - startMs) / 1000).toFixed(0);
  say(await report(cluster, { root, programs, seconds, audited }));
  await stopped;
  say("stopping the cluster");
  return 0;
}

/** Set-up of this part alone: `npm start` does not need it. */
async function kubernetesPrograms(root: string): Promise<string> {
  const { status } = spawnSync(process.execPath, [join(root, "tools/setup.mjs"), "cluster"], {
    stdio: "inherit",
  });
  if (status !== 0) throw new Error("the set-up for a cluster failed; see its output above");
  const path = join(root, "node_modules/.cache/kubewarden-ts/environment.json");
  const { kubernetes } = v.parse(Environment, JSON.parse(await readFile(path, "utf8")));
  if (!kubernetes.available || kubernetes.path === undefined)
    throw new Error(`a cluster needs kube-apiserver and etcd: ${kubernetes.reason ?? "they were left out"}`);
  return kubernetes.path;
}

/** Every policy is active, or its replicas say why it is not. */
async function untilSettled(objects: ObjectClient): Promise<void> {
  const settled = ({ status }: ClusterAdmissionPolicy) =>
    status?.policyStatus === "active" || loadProblem(status) !== undefined;
  while (!(await objects.list(clusterAdmissionPolicies)).every(settled)) await delay(100);
}

function loadProblem(status: ClusterAdmissionPolicy["status"]): string | undefined {
  const found = status?.conditions?.find(({ type }) => type === "PolicyLoaded");
  return found?.status === "False" ? found.message : undefined;
}

async function report(
  { objects, kubeconfigPath }: LocalCluster,
  { root, programs, seconds, audited }: { root: string; programs: string; seconds: string; audited: string },
): Promise<string> {
  const policies = await objects.list(clusterAdmissionPolicies);
  const lines = policies.map(({ metadata, status }) =>
    `  ${metadata.name}: ${status?.policyStatus} ${loadProblem(status) ?? ""}`.trimEnd(),
  );
  const refused = await tryPod(objects, { privileged: true });
  const admitted = await tryPod(objects, { privileged: false });
  const kubectl = findKubectl(programs);
  const reports = await kubectlSays(kubectl, reportsCommand, { kubeconfigPath, cwd: root });
  const toTry = [
    `export KUBECONFIG=${relative(root, kubeconfigPath)}`,
    ...(kubectl.isOnPath ? [] : [`alias kubectl=${kubectl.file}`]),
    "kubectl run privileged --image=pause --privileged",
    "kubectl run harmless --image=pause",
    "kubectl get policyreports -A",
    "kubectl describe cap broken-on-purpose",
    `kubectl get ps,cap,pods -n ${deploymentsNamespace}`,
  ];
  return `
The cluster is ready after ${seconds} s. Its policies:

${lines.join("\n")}

A privileged Pod: ${refused}
Another Pod: ${admitted}
The report of a privileged Pod that was there before: ${audited}

kubectl ${reportsCommand.join(" ")}
${reports}

Try it in another terminal:

${toTry.map((command) => `  ${command}`).join("\n")}

Ctrl-C ends it.
`;
}

/** Asks the API server for a Pod that it does not keep. */
async function tryPod(objects: ObjectClient, { privileged }: { privileged: boolean }): Promise<string> {
  const container = { name: "main", image: "pause", securityContext: { privileged } };
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `trial-${privileged}`, namespace: "default" },
    spec: { containers: [container] },
  };
  try {
    await objects.create(pods, pod, { dryRun: true });
    return "admitted";
  } catch (error) {
    if (isKubeError(error)) return `refused: ${error.message}`;
    throw error;
  }
}
