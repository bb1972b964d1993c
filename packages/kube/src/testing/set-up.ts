import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { createKubeClient, type KubeClientOptions } from "../client/kube-client.ts";
import { createDiscovery } from "../resources/discovery.ts";
import { createReflectors, type ReflectorsOptions } from "../watch/reflectors.ts";
import { createFakeApiServer, type FakeApiServerOptions } from "./fake-api-server.ts";
import { createFakeClock } from "./fake-clock.ts";
import { staticAccess } from "./static-access.ts";

/** Everything that reads a fake API server, with a clock that a test moves. */
export async function setUpFake(
  options: {
    server?: FakeApiServerOptions;
    client?: Partial<KubeClientOptions>;
    reflectors?: Partial<ReflectorsOptions>;
  } = {},
) {
  const lines: LogLine[] = [];
  const log = createLogger({ level: "info", target: "test", write: (line) => lines.push(line) });
  const clock = createFakeClock();
  const server = await createFakeApiServer(options.server);
  const client = createKubeClient(staticAccess(server.url), { log, userAgent: "test", ...options.client });
  const discovery = createDiscovery(client, { clock });
  const reflectors = createReflectors({
    client,
    discovery,
    log,
    clock,
    random: () => 1,
    ...options.reflectors,
  });
  return {
    lines,
    clock,
    server,
    client,
    discovery,
    reflectors,
    async [Symbol.asyncDispose]() {
      await reflectors[Symbol.asyncDispose]();
      await client[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
}
