import { type Clock, silentLogger, systemClock } from "@kubewarden-ts/base";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { KubeError } from "../../errors.ts";
import { createFakeApiServer, type FakeApiServer, staticAccess } from "../../testing/index.ts";
import { createKubeClient, type KubeClient, type KubeClientOptions } from "../kube-client.ts";

/** What all tests of a file share. */
export interface ClientGround {
  readonly server: FakeApiServer;
  /** a new one for each test */
  readonly client: KubeClient;
  /** of the client: it sleeps at once, and remembers for how long */
  readonly clock: Clock & { readonly slept: number[] };
  /** One more, which the test disposes of. */
  clientWith(options?: Partial<KubeClientOptions>, access?: ReturnType<typeof staticAccess>): KubeClient;
}

/** An API server with the namespace `web`, and clients of it; call it at the top level of a test file. */
export function clientGround(): ClientGround {
  let server: FakeApiServer;
  let client: KubeClient;
  let clock: ClientGround["clock"];
  const clientWith: ClientGround["clientWith"] = (
    options = {},
    access = staticAccess(server.url, { token: "t" }),
  ) => createKubeClient(access, { log: silentLogger, userAgent: "test/1", clock, ...options });
  beforeAll(async () => {
    server = await createFakeApiServer();
    server.put({ apiVersion: "v1", kind: "Namespace", metadata: { name: "web" } });
  });
  afterAll(() => server[Symbol.asyncDispose]());
  beforeEach(() => {
    clock = hurried();
    client = clientWith();
  });
  afterEach(() => client[Symbol.asyncDispose]());
  return {
    get server() {
      return server;
    },
    get client() {
      return client;
    },
    get clock() {
      return clock;
    },
    clientWith,
  };
}

function hurried(): ClientGround["clock"] {
  const slept: number[] = [];
  return { slept, now: systemClock.now, sleep: async (ms) => void slept.push(ms) };
}

export async function errorOf(work: Promise<unknown>): Promise<KubeError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(KubeError);
  return error as KubeError;
}
