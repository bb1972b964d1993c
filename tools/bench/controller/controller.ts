import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { validatingWebhookConfigurations } from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies } from "@kubewarden-ts/api/policies";
import { silentLogger } from "@kubewarden-ts/base";
import type { ObjectClient } from "@kubewarden-ts/kube";
import * as v from "valibot";
import { type LocalCluster, startLocalCluster } from "../../cluster/local-cluster.ts";
import { type AppliedManifest, applyManifests } from "../../cluster/manifests.ts";
import { type Report, targetNote } from "../report.ts";
import { pretendPodsReady } from "./ready-pods.ts";

const root = join(import.meta.dirname, "../../..");
const namespace = "kubewarden";
const servers = ["a", "b", "c"];
const policies = 500;
const quietSeconds = 30;
const ticksPerSecond = 100;

const columns = [
  { key: "what", title: "what" },
  { key: "figure", title: "figure" },
];

const Environment = v.looseObject({
  kubernetes: v.looseObject({ path: v.exactOptional(v.string()) }),
});

/** 500 policies over 3 policy servers against a real API server; Pods are made up. */
export async function controllerBench(): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-bench-"));
  await using parts = new AsyncDisposableStack();
  parts.defer(() => rm(folder, { recursive: true, force: true }));
  const options = {
    root,
    folder: join(folder, "cluster"),
    programs: await programsFolder(),
    log: silentLogger,
  };
  const cluster = parts.use(await startLocalCluster({ ...options, playsNode: false }));
  parts.use(pretendPodsReady({ ...cluster, log: silentLogger }, namespace));

  const startMs = performance.now();
  const controller = await cluster.startController();
  await applyManifests(cluster, servers.map(policyServer));
  const applyMs = performance.now();
  await applyAll(cluster);
  const appliedMs = performance.now();
  await untilActive(cluster.objects, policies);
  const activeMs = performance.now();
  const one = await timeOne(cluster);
  await delay(5000); // what the last one brought about ends
  const quiet = await watchQuiet(cluster, controller.pid ?? 0);

  await controller[Symbol.asyncDispose]();
  const before = await versions(cluster.objects);
  const restarted = await cluster.startController();
  await delay(15_000);
  const writesAtRestart = differences(before, await versions(cluster.objects));
  const restartRss = await residentMegabytes(restarted.pid ?? 0);

  const seconds = (from: number, to: number) => ((to - from) / 1000).toFixed(1);
  return {
    name: "controller",
    columns,
    rows: [
      { what: "controller up, s", figure: seconds(startMs, applyMs) },
      { what: `${policies} policies applied one by one, s`, figure: seconds(applyMs, appliedMs) },
      { what: "then until all are active, s", figure: seconds(appliedMs, activeMs) },
      { what: "one more policy to its webhook, ms", figure: Math.round(one) },
      { what: `writes in ${quietSeconds} s without changes`, figure: quiet.writes },
      { what: "CPU then, % of a core", figure: quiet.cpuPercent.toFixed(2) },
      { what: "RSS then, MB", figure: quiet.rss },
      { what: "writes of a restart", figure: writesAtRestart },
      { what: "RSS after a restart, MB", figure: restartRss },
    ],
    notes: [
      targetNote("first reconcile", (activeMs - applyMs) / 1000, 60, "s"),
      targetNote("policy applied to webhook in place", one / 1000, 2, "s"),
      targetNote("CPU without changes", quiet.cpuPercent, 1, "%"),
      targetNote("RSS", quiet.rss, 200, "MB"),
      targetNote("writes without changes, and of a restart", quiet.writes + writesAtRestart, 0, ""),
    ],
  };
}

async function programsFolder(): Promise<string> {
  const path = join(root, "node_modules/.cache/kubewarden-ts/environment.json");
  const { kubernetes } = v.parse(Environment, JSON.parse(await readFile(path, "utf8")));
  if (kubernetes.path === undefined)
    throw new Error("no kube-apiserver: node tools/setup.mjs cluster builds it");
  return kubernetes.path;
}

function policyServer(name: string): AppliedManifest {
  return {
    apiVersion: "policies.kubewarden.io/v1",
    kind: "PolicyServer",
    metadata: { name },
    spec: { image: "none", replicas: 1 },
  };
}

function policy(index: number) {
  return {
    apiVersion: "policies.kubewarden.io/v1",
    kind: "ClusterAdmissionPolicy",
    metadata: { name: `policy-${index}` },
    spec: {
      policyServer: servers[index % servers.length] ?? "a",
      module: "registry://registry.test/policy:v1",
      mutating: false,
      rules: [{ apiGroups: ["x.test"], apiVersions: ["v1"], resources: ["things"], operations: ["CREATE"] }],
      settings: { index, words: ["some", "settings", "of", "a", "policy"] },
    },
  };
}

const type = clusterAdmissionPolicies;

async function applyAll({ objects }: LocalCluster): Promise<void> {
  const indexes = Array.from({ length: policies }, (_item, index) => index);
  const worker = async () => {
    for (let index = indexes.pop(); index !== undefined; index = indexes.pop())
      await objects.apply(type, policy(index), { fieldManager: "bench", force: true });
  };
  await Promise.all([worker(), worker(), worker(), worker()]);
}

async function untilActive(objects: ObjectClient, count: number): Promise<void> {
  const active = async () =>
    (await objects.list(type)).filter(({ status }) => status?.policyStatus === "active").length;
  while ((await active()) < count) await delay(500);
}

/** @returns how long one policy more takes to its webhook, in milliseconds */
async function timeOne({ objects }: LocalCluster): Promise<number> {
  const startMs = performance.now();
  await objects.apply(type, policy(policies), { fieldManager: "bench", force: true });
  const name = `clusterwide-policy-${policies}`;
  while ((await objects.get(validatingWebhookConfigurations, { name })) === undefined) await delay(20);
  return performance.now() - startMs;
}

async function watchQuiet({ objects }: LocalCluster, pid: number) {
  const before = await versions(objects);
  const cpuBefore = await cpuSeconds(pid);
  await delay(quietSeconds * 1000);
  const cpuPercent = (((await cpuSeconds(pid)) - cpuBefore) / quietSeconds) * 100;
  const writes = differences(before, await versions(objects));
  return { cpuPercent, writes, rss: await residentMegabytes(pid) };
}

/** Resource versions of what the controller writes. */
async function versions(objects: ObjectClient): Promise<Map<string, string | undefined>> {
  const found = [...(await objects.list(type)), ...(await objects.list(validatingWebhookConfigurations))];
  return new Map(found.map(({ kind, metadata }) => [`${kind}/${metadata.name}`, metadata.resourceVersion]));
}

function differences(
  before: ReadonlyMap<string, string | undefined>,
  after: ReadonlyMap<string, string | undefined>,
): number {
  return [...after].filter(([key, version]) => before.get(key) !== version).length;
}

async function cpuSeconds(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

async function residentMegabytes(pid: number): Promise<number> {
  const found = /^VmRSS:\s+(\d+)/m.exec(await readFile(`/proc/${pid}/status`, "utf8"));
  return Math.round(Number(found?.[1]) / 1000);
}
