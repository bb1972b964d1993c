import type { CapabilityServer } from "@kubewarden-ts/host-capabilities";
import type { ServerMetrics } from "./server-metrics.ts";

/** Serves host calls as the given server does, and records how long each took. */
export function observeHost(serve: CapabilityServer, metrics: ServerMetrics | undefined): CapabilityServer {
  if (metrics === undefined) return serve;
  return async (capability, input, signal) => {
    const startMs = performance.now();
    let isError = true;
    try {
      const answer = await serve(capability, input, signal);
      isError = false;
      return answer;
    } finally {
      metrics.recordHostCall({ capability, isError, elapsedMs: performance.now() - startMs });
    }
  };
}
