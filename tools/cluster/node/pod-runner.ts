import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { errorText } from "@kubewarden-ts/base";
import { containerEnvironment } from "./environment.ts";
import type { Container, RunnablePod } from "./pod-spec.ts";
import type { ContainerState } from "./pod-status.ts";
import { type SupervisedProcess, superviseProcess } from "./supervised-process.ts";
import { type VolumeSources, writeVolume } from "./volumes.ts";

/** The program that stands for a container's image. */
export interface ContainerProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** what the machine needs besides what the container says */
  readonly env: NodeJS.ProcessEnv;
}

export interface PodRunnerOptions {
  readonly pod: RunnablePod;
  /** for the Pod's volumes and the log */
  readonly folder: string;
  readonly address: string;
  readonly sources: VolumeSources;
  program(): Promise<ContainerProgram>;
  report(state: ContainerState): Promise<void>;
}

/** One Pod, as a process of this machine. */
export interface PodRunner {
  /** Writes its volumes again; what cannot be written stays as it was. */
  refreshVolumes(): Promise<void>;
  /** Resolves when its process has ended. */
  stop(graceMs: number): Promise<void>;
}

const probeEveryMs = 100;
const probeTimeoutMs = 1000;
/** A kubelet waits longer each time; who sits before a laptop wants to see the next attempt. */
const restartPausesMs = [200, 1000, 3000, 5000];

/** Runs a Pod's first container until it is stopped: starts it again when it ends, and reports how it is. */
export function runPod(options: PodRunnerOptions): PodRunner {
  const { pod, folder, address, sources, report } = options;
  const stopping = new AbortController();
  const { signal } = stopping;
  let graceMs = 0;

  const refreshVolumes = async (): Promise<void> => {
    await mkdir(folder, { recursive: true });
    for (const volume of pod.spec.volumes)
      await writeVolume(volume, join(folder, "volumes", volume.name), sources);
  };

  async function start(container: Container): Promise<SupervisedProcess> {
    await refreshVolumes();
    const mounts = new Map(
      container.volumeMounts.map(({ name, mountPath }) => [mountPath, join(folder, "volumes", name)]),
    );
    const { command, args, cwd, env } = await options.program();
    const own = containerEnvironment({ pod, container, podIP: address, mounts, sources });
    const logPath = join(folder, "log");
    return superviseProcess({ command, args, cwd, env: { ...env, ...own }, logPath });
  }

  /** From its start to its end. */
  async function once(container: Container, restarts: number): Promise<string> {
    const child = await start(container);
    const startedAt = new Date().toISOString();
    await report({ ready: false, restarts, startedAt });
    const ended = new AbortController();
    const probing = probe(container, AbortSignal.any([signal, ended.signal]), (ready) =>
      report({ ready, restarts, startedAt }),
    );
    const asked = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
    await Promise.race([child.ended, signal.aborted ? undefined : asked]);
    ended.abort();
    await probing;
    if (signal.aborted) await child.stop(graceMs);
    return String(await child.ended);
  }

  async function probe(
    { readinessProbe }: Container,
    until: AbortSignal,
    tell: (ready: boolean) => Promise<void>,
  ): Promise<void> {
    const target = readinessProbe?.httpGet;
    const url = target === undefined ? undefined : `http://${address}:${target.port}${target.path}`;
    let was = false;
    while (!until.aborted) {
      const ready = url === undefined || (await answers(url));
      if (ready !== was && !until.aborted) await tell(ready).catch(() => {});
      was = ready;
      const pauseMs = ready ? (readinessProbe?.periodSeconds ?? 10) * 100 : probeEveryMs;
      await delay(pauseMs, undefined, { signal: until }).catch(() => {});
    }
  }

  async function run(): Promise<void> {
    const [container] = pod.spec.containers;
    if (container === undefined) return;
    for (let restarts = 0; !signal.aborted; restarts += 1) {
      const message = await once(container, restarts).then((end) => `the process ended: ${end}`, errorText);
      if (signal.aborted) return;
      const waiting = { reason: "CrashLoopBackOff", message };
      await report({ ready: false, restarts, waiting }).catch(() => {});
      const pauseMs = restartPausesMs[Math.min(restarts, restartPausesMs.length - 1)];
      await delay(pauseMs, undefined, { signal }).catch(() => {});
    }
  }

  const running = run();
  return {
    refreshVolumes: () => refreshVolumes().catch(() => {}),
    async stop(grace) {
      graceMs = grace;
      stopping.abort();
      await running;
    },
  };
}

async function answers(url: string): Promise<boolean> {
  try {
    return (await fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) })).ok;
  } catch {
    return false;
  }
}
