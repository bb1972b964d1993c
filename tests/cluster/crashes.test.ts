import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import {
  mutatingWebhookConfigurations,
  pods,
  validatingWebhookConfigurations,
} from "@kubewarden-ts/api/core";
import { clusterAdmissionPolicies, policyServers } from "@kubewarden-ts/api/policies";
import { silentLogger } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ControllerProcess } from "../../tools/cluster/controller-process.ts";
import { type LocalCluster, startLocalCluster } from "../../tools/cluster/local-cluster.ts";
import { applyManifests, readManifests } from "../../tools/cluster/manifests.ts";
import { buildLivePolicies } from "../../tools/start/live-policies.ts";
import { partPath, requires } from "../support/requirements.ts";
import { endState } from "./end-state.ts";

const root = join(import.meta.dirname, "../..");
const { skip } = requires("kubernetes-controllers");
const soak = process.env["KUBEWARDEN_TS_SOAK"] === "1";

/** How often the controller is killed in each life of the example. */
const crashesPerLife = 4;
const lives = soak ? 5 : 1;
/** Within this time after a step the controller is killed: it is in the midst of the work that the step makes. */
const withinMs = 1500;

describe.skipIf(skip)("kill -9 of the controller", () => {
  let cluster: LocalCluster;
  let controller: ControllerProcess;
  let policies: AsyncDisposable;
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-crashes-"));
    const names = ["pod-privileged", "capabilities-psp", "safe-labels"];
    policies = await buildLivePolicies({
      ...{ names, policiesFolder: join(root, "policies"), outFolder: join(folder, "modules") },
      ...{ onBuilt: () => {}, onProblem: () => {} },
    });
    const at = { root, folder: join(folder, "cluster"), programs: partPath("kubernetes") };
    cluster = await startLocalCluster({ ...at, log: silentLogger });
    controller = await cluster.startController();
  }, 120_000);

  afterAll(async () => {
    await cluster?.[Symbol.asyncDispose]();
    await policies?.[Symbol.asyncDispose]();
    await rm(folder, { recursive: true, force: true });
  });

  /** The example's life, one step after the other. */
  async function steps(): Promise<(() => Promise<unknown>)[]> {
    const examples = join(root, "examples/cluster");
    const replacements = { ["$" + "{POLICIES}"]: pathToFileURL(join(folder, "modules")).pathname };
    const server = await readManifests(join(examples, "policy-server.yml"));
    const manifests = await readManifests(join(examples, "policies.yml"), replacements);
    const change = (name: string, spec: object) =>
      cluster.objects.mergePatch(clusterAdmissionPolicies, { name }, { spec });
    return [
      async () => {
        await applyManifests(cluster, manifests);
        await applyManifests(cluster, server);
      },
      () => change("drop-capabilities", { settings: { required_drop_capabilities: ["NET_ADMIN"] } }),
      () => change("no-privileged-pods", { mutating: true }),
      () => cluster.objects.delete(clusterAdmissionPolicies, { name: "broken-on-purpose" }),
    ];
  }

  /** Whatever was asked for while no controller answered the webhooks is asked for again. */
  async function insist(step: () => Promise<unknown>): Promise<void> {
    await expect
      .poll(() => step().then(() => "done", String), { timeout: 30_000, interval: 100 })
      .toBe("done");
  }

  async function live(afterStep: () => Promise<void>): Promise<Record<string, unknown>> {
    for (const step of await steps()) {
      await insist(step);
      await afterStep();
    }
    await settled();
    return await endState(cluster.objects);
  }

  /** Both policies are active, and one Pod runs. */
  async function settled(): Promise<void> {
    const state = async () => {
      const found = await cluster.objects.list(clusterAdmissionPolicies);
      const running = await cluster.objects.list(pods, { namespace: "kubewarden" });
      const upToDate = found.every(({ status }) =>
        status?.conditions?.every(({ status: is }) => is === "True"),
      );
      return [found.map(({ status }) => status?.policyStatus), running.length, upToDate];
    };
    await expect.poll(state, { timeout: 60_000, interval: 200 }).toEqual([["active", "active"], 1, true]);
  }

  /** Deletes what the life made; nothing of it stays. */
  async function end(): Promise<void> {
    const { objects } = cluster;
    for (const { metadata } of await objects.list(clusterAdmissionPolicies))
      await objects.delete(clusterAdmissionPolicies, { name: metadata.name });
    await objects.delete(policyServers, { name: "default" });
    const left = async () => {
      const lists = [
        await objects.list(policyServers),
        await objects.list(clusterAdmissionPolicies),
        await objects.list(validatingWebhookConfigurations),
        await objects.list(mutatingWebhookConfigurations),
        await objects.list(pods, { namespace: "kubewarden" }),
      ];
      return lists.map(({ length }) => length);
    };
    // the controller's own webhooks stay
    await expect.poll(left, { timeout: 60_000, interval: 200 }).toEqual([0, 0, 1, 1, 0]);
  }

  it("leaves the same state as an undisturbed life", { timeout: soak ? 1_200_000 : 240_000 }, async () => {
    const undisturbed = await live(async () => {});
    await end();
    for (let round = 0; round < lives; round += 1) {
      let crashes = 0;
      const crashed = await live(async () => {
        await delay(Math.random() * withinMs);
        await controller.kill();
        controller = await cluster.startController();
        crashes += 1;
      });
      expect(crashes).toBe(crashesPerLife);
      expect(crashed).toEqual(undisturbed);
      await end();
    }
  });
});
