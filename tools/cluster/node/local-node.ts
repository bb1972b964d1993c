import { join } from "node:path";
import { configMaps, secrets } from "@kubewarden-ts/api/core";
import { errorText, type Logger } from "@kubewarden-ts/base";
import { createInformer, createObjectClient, type KubeClient, type ObjectChange } from "@kubewarden-ts/kube";
import { loopbackAddresses } from "./loopback-addresses.ts";
import { registerNode } from "./node-object.ts";
import { type ContainerProgram, type PodRunner, runPod } from "./pod-runner.ts";
import { type RunnablePod, runnablePods } from "./pod-spec.ts";
import { bindPod, removePod, reportPod } from "./pod-status.ts";
import type { VolumeSources } from "./volumes.ts";

export interface LocalNodeOptions {
  readonly client: KubeClient;
  /** whose Pods it runs */
  readonly namespace: string;
  /** for volumes and logs: a folder for each Pod, by its name */
  readonly folder: string;
  readonly name: string;
  /** what runs for a Pod's container */
  program(pod: RunnablePod, address: string): Promise<ContainerProgram>;
  readonly log: Logger;
}

/**
 * Plays scheduler and kubelet for one namespace: every Pod there becomes a process of this machine, at a loopback address
 * of its own, until the Pod is deleted.
 */
export async function startLocalNode(options: LocalNodeOptions): Promise<AsyncDisposable> {
  const { client, namespace, folder, log, name } = options;
  await using parts = new AsyncDisposableStack();
  const objects = createObjectClient(client);
  const signal = AbortSignal.timeout(30_000);
  const secretView = parts.use(createInformer(client, secrets, { namespace, log }));
  const configMapView = parts.use(createInformer(client, configMaps, { namespace, log }));
  const podView = parts.use(createInformer(client, runnablePods, { namespace, log }));
  await Promise.all([secretView, configMapView, podView].map((view) => view.whenSynced({ signal })));
  const sources: VolumeSources = {
    secret: (secret) => secretView.get({ name: secret, namespace }),
    configMap: (configMap) => configMapView.get({ name: configMap, namespace }),
  };
  await registerNode(objects, name);
  const addresses = loopbackAddresses();
  const runners = new Map<string, PodRunner & { readonly address: string; stopping: boolean }>();

  function start(pod: RunnablePod): void {
    const address = addresses.take();
    const runner = runPod({
      pod,
      folder: join(folder, pod.metadata.name),
      address,
      sources,
      program: () => options.program(pod, address),
      report: (state) => reportPod(objects, pod, { address, state }),
    });
    runners.set(pod.metadata.uid ?? "", { ...runner, address, stopping: false });
    log.info("pod started", { pod: pod.metadata.name, address });
  }

  async function end(pod: RunnablePod, graceMs: number): Promise<void> {
    const uid = pod.metadata.uid ?? "";
    const runner = runners.get(uid);
    if (runner?.stopping) return;
    if (runner !== undefined) {
      runner.stopping = true;
      await runner.stop(graceMs);
      addresses.giveBack(runner.address);
      runners.delete(uid);
    }
    await removePod(client, pod);
    log.info("pod ended", { pod: pod.metadata.name });
  }

  async function take({ before, after }: ObjectChange<RunnablePod>): Promise<void> {
    if (after === undefined) return before === undefined ? undefined : await end(before, 0).catch(() => {});
    if (after.metadata.deletionTimestamp)
      return await end(after, after.spec.terminationGracePeriodSeconds * 1000);
    if (after.spec.nodeName === undefined) return await bindPod(client, after, name);
    if (after.spec.nodeName === name && !runners.has(after.metadata.uid ?? "")) start(after);
  }

  const refresh = (): void => {
    for (const runner of runners.values()) void runner.refreshVolumes();
  };
  secretView.onChange(refresh);
  configMapView.onChange(refresh);
  podView.onChange((change) => {
    void take(change).catch((error) => {
      const pod = (change.after ?? change.before)?.metadata.name ?? "";
      log.warn("pod was not taken up", { pod, error: errorText(error) });
    });
  });
  const views = parts.move();
  return {
    async [Symbol.asyncDispose]() {
      await views.disposeAsync();
      await Promise.all([...runners.values()].map((runner) => runner.stop(2000)));
    },
  };
}
