import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { silentLogger } from "@kubewarden-ts/base";
import { expect, it } from "vitest";
import { memoryView } from "../policy/testing/memory-view.ts";
import { clusterPolicy } from "../policy/testing/objects.ts";
import { createControllerMetrics } from "./controller-metrics.ts";
import { startOtlpMetrics } from "./start-telemetry.ts";

async function collector() {
  const received: { path: string | undefined; body: string }[] = [];
  const server = createServer(async (request, response) => {
    received.push({ path: request.url, body: (await buffer(request)).toString("latin1") });
    response.writeHead(200, { "content-type": "application/x-protobuf" }).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    ...{ received, port },
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

it.each([
  ["as it is", (port: number) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}` })],
  [
    "insecure although it says https, as upstream's chart does",
    (port: number) => ({
      OTEL_EXPORTER_OTLP_ENDPOINT: `https://127.0.0.1:${port}`,
      OTEL_EXPORTER_OTLP_INSECURE: "true",
    }),
  ],
])(
  "how many policies there are is told to a collector, once more at the end: %s",
  async (_row, environment) => {
    await using target = await collector();
    const metrics = createControllerMetrics(Date.now);
    const env = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf", ...environment(target.port) };
    const telemetry = await startOtlpMetrics({ registry: metrics.policies, env, log: silentLogger });
    metrics.setLeading(memoryView([clusterPolicy("a")]));
    await telemetry[Symbol.asyncDispose]();
    expect(target.received).toMatchObject([{ path: "/v1/metrics" }]);
    const body = target.received[0]?.body ?? "";
    for (const text of [
      "kubewarden-controller",
      "kubewarden_policy_total",
      "clusterwide-a",
      "policy_server",
    ]) {
      expect(body).toContain(text);
    }
    expect(body).not.toContain("workqueue");
  },
);
