import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "../../tests/support/server-process.ts";
import { allocatorEnvironment } from "../start/allocator.ts";
import { type SupervisedProcess, superviseProcess } from "./node/supervised-process.ts";

/** A controller that runs as a process of this machine. */
export interface ControllerProcess extends AsyncDisposable {
  readonly pid: number | undefined;
  readonly logPath: string;
  readonly ended: Promise<number | string>;
  /** Resolves when it answers its readiness probe. @throws {Error} when it ends before */
  ready(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

export interface ControllerProcessOptions {
  readonly root: string;
  readonly kubeconfigPath: string;
  readonly namespace: string;
  readonly webhookServiceName: string;
  readonly webhookPort: number;
  /** gets its log */
  readonly folder: string;
  /** further flags */
  readonly args?: readonly string[];
}

/** Starts the controller on free ports. */
export async function startController(options: ControllerProcessOptions): Promise<ControllerProcess> {
  const { root, folder, webhookPort } = options;
  const probePort = await freePort();
  await mkdir(folder, { recursive: true });
  const logPath = join(folder, "controller.log");
  const args = [
    join(root, "apps/controller/src/main.ts"),
    ...["--kubeconfig", options.kubeconfigPath, "--deployments-namespace", options.namespace],
    ...["--webhook-service-name", options.webhookServiceName, "--webhook-server-port", String(webhookPort)],
    ...["--health-probe-bind-address", `127.0.0.1:${probePort}`, "--metrics-bind-address", "0"],
    ...(options.args ?? []),
  ];
  const child: SupervisedProcess = superviseProcess({
    command: process.execPath,
    args,
    env: { ...allocatorEnvironment, ...process.env },
    cwd: root,
    logPath,
  });
  return {
    pid: child.pid,
    logPath,
    ended: child.ended,
    ready: () => untilReady(child, `http://127.0.0.1:${probePort}/readyz`, logPath),
    async kill() {
      if (child.pid !== undefined) process.kill(child.pid, "SIGKILL");
      await child.ended;
    },
    [Symbol.asyncDispose]: () => child.stop(5000),
  };
}

async function untilReady(child: SupervisedProcess, url: string, logPath: string): Promise<void> {
  let ended = false;
  void child.ended.then(() => {
    ended = true;
  });
  while (
    !(await fetch(url).then(
      ({ ok }) => ok,
      () => false,
    ))
  ) {
    if (ended) throw new Error(`the controller ended before it was ready; its log is ${logPath}`);
    await delay(50);
  }
}
