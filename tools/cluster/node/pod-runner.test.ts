import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { runPod } from "./pod-runner.ts";
import type { RunnablePod } from "./pod-spec.ts";
import type { ContainerState } from "./pod-status.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

const address = "127.0.0.1";

function podWith(port: number | undefined): RunnablePod {
  const probe = port === undefined ? {} : { readinessProbe: { httpGet: { path: "/readiness", port } } };
  const env = [{ name: "GREETING", value: "hello" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n", uid: "u" },
    spec: {
      serviceAccountName: "default",
      terminationGracePeriodSeconds: 1,
      containers: [{ name: "c", image: "i", env, volumeMounts: [], ...probe }],
      volumes: [],
    },
  };
}

/** Runs a script as the Pod's container, and answers what was reported, as it comes. */
async function started(script: string, port?: number) {
  const folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-pod-"));
  folders.push(folder);
  const states: ContainerState[] = [];
  const waiting = new Set<() => void>();
  const runner = runPod({
    pod: podWith(port),
    folder,
    address,
    sources: { secret: () => undefined, configMap: () => undefined },
    program: async () => ({ command: process.execPath, args: ["-e", script], cwd: folder, env: {} }),
    report: async (state) => {
      states.push(state);
      for (const look of waiting) look();
    },
  });
  const until = (holds: (state: ContainerState) => boolean) =>
    new Promise<ContainerState>((resolve) => {
      const look = (): void => {
        const found = states.find(holds);
        if (found !== undefined) resolve(found);
      };
      waiting.add(look);
      look();
    });
  return { runner, states, until, folder };
}

/** Serves 200 on a free port of its own, and tells it on its output. */
const serve = (port: number) =>
  `console.log(process.env.GREETING); require("node:http").createServer((q, r) => r.end("ok")).listen(${port}, "${address}");`;

async function freePort(): Promise<number> {
  const { freePort: find } = await import("../../../tests/support/server-process.ts");
  return find();
}

describe("runPod", () => {
  it("reports a process ready when its probe is answered, and ends it when asked", async () => {
    const port = await freePort();
    const { runner, states, until, folder } = await started(serve(port), port);
    await until(({ ready }) => ready);
    expect(states[0]).toMatchObject({ ready: false, restarts: 0 });
    await runner.stop(1000);
    expect(await readFile(join(folder, "log"), "utf8")).toBe("hello\n");
    await expect(fetch(`http://${address}:${port}`)).rejects.toThrow();
  });

  it("starts a process again that ends, and says why it does not run", async () => {
    const { runner, until } = await started("process.exit(3)");
    const waiting = await until(({ restarts }) => restarts === 1 && true);
    expect(waiting.restarts).toBe(1);
    const crashed = await until((state) => state.waiting !== undefined);
    expect(crashed.waiting).toEqual({ reason: "CrashLoopBackOff", message: "the process ended: 3" });
    await runner.stop(1000);
  });

  it("kills a process that does not end in time", async () => {
    const port = await freePort();
    const { runner, until } = await started(`process.on("SIGTERM", () => {}); ${serve(port)}`, port);
    await until(({ ready }) => ready);
    await runner.stop(50);
    await expect(fetch(`http://${address}:${port}`)).rejects.toThrow();
  });
});
