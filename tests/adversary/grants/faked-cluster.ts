// A policy over a real client of an API server that does what a test says.
import { silentLogger, systemClock } from "@kubewarden-ts/base";
import { createDiscovery, createKubeClient, createReflectors } from "@kubewarden-ts/kube";
import {
  createFakeApiServer,
  createFakeClock,
  type FakeApiServer,
  staticAccess,
} from "@kubewarden-ts/kube/testing";
import { type TestPolicy, testPolicy } from "../../../packages/host-capabilities/fixtures/host.ts";
import { createKubernetesCluster } from "../../../packages/host-capabilities/src/kubernetes-cluster.ts";

export const configMaps = { apiVersion: "v1", kind: "ConfigMap" };
/** Stands in an object that no policy here may read. */
export const secretText = "the-secret-that-nobody-granted";

export interface FakedCluster extends AsyncDisposable {
  readonly server: FakeApiServer;
  readonly policy: TestPolicy;
  /** Waits for what watches: its clock goes on until the work has ended. */
  settled<T>(work: Promise<T>): Promise<T>;
}

/** A policy that may read ConfigMaps and nothing else; in namespace `shop` are one, `web`, and a Secret. */
export async function fakedCluster(): Promise<FakedCluster> {
  const server = await createFakeApiServer();
  server.put({ ...configMaps, metadata: { namespace: "shop", name: "web" }, data: { n: "1" } });
  for (const namespace of ["shop", "default"]) {
    server.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { namespace, name: "s" },
      data: { s: secretText },
    });
  }
  const clock = createFakeClock();
  // pauses between tries take no time, and an answer that does not come is not waited for
  const hurried = { now: systemClock.now, sleep: async () => {} };
  const client = createKubeClient(staticAccess(server.url), {
    ...{ log: silentLogger, userAgent: "test", clock: hurried, timeoutMs: 250 },
  });
  const discovery = createDiscovery(client, { clock });
  const reflectors = createReflectors({ client, discovery, log: silentLogger, clock });
  const cluster = createKubernetesCluster({ client, discovery, reflectors, now: clock.now });
  return {
    server,
    policy: testPolicy({ contextAwareResources: [configMaps] }, { cluster }),
    async settled(work) {
      let ended = false;
      const outcome = work.finally(() => {
        ended = true;
      });
      outcome.catch(() => {});
      while (!ended) await clock.advance(500);
      return await outcome;
    },
    async [Symbol.asyncDispose]() {
      await reflectors[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
