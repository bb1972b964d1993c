import { type Clock, type Logger, systemClock } from "@kubewarden-ts/base";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import type { MetricRegistry } from "@kubewarden-ts/telemetry";

type Environment = Readonly<Record<string, string | undefined>>;

const flushTimeoutMs = 5000;
const defaultIntervalMs = 2000;

export interface OtlpMetricsOptions {
  readonly registry: MetricRegistry;
  readonly env: Environment;
  readonly log: Logger;
  readonly clock?: Clock;
}

/**
 * Sends metrics to a collector every two seconds, and once more at the end (controller.md 6.4).
 * @throws {TelemetryError} when a variable of OpenTelemetry, or a file it names, cannot be used
 */
export async function startOtlpMetrics(options: OtlpMetricsOptions): Promise<AsyncDisposable> {
  const { registry, env, log, clock = systemClock } = options;
  const { startOtlp } = await import("@kubewarden-ts/telemetry/otlp");
  const otlp = await startOtlp({
    env: { OTEL_METRIC_EXPORT_INTERVAL: String(defaultIntervalMs), ...goEndpoints(env) },
    service: { name: "kubewarden-controller", version: KUBEWARDEN_VERSION },
    metrics: { registry, scope: "kubewarden" },
    log: log.child({ target: "telemetry" }),
    clock,
  });
  return {
    async [Symbol.asyncDispose]() {
      await otlp.flush(flushTimeoutMs);
      await otlp[Symbol.asyncDispose]();
    },
  };
}

/**
 * Go's exporters let `…_INSECURE` win over the scheme, and upstream's chart counts on it: for the collector beside the
 * controller it says `https://localhost:4317` and insecure.
 */
function goEndpoints(env: Environment): Environment {
  const replaced = ["", "METRICS_", "TRACES_"].flatMap((signal) => {
    const prefix = `OTEL_EXPORTER_OTLP_${signal}`;
    const endpoint = env[`${prefix}ENDPOINT`];
    const insecure = env[`${prefix}INSECURE`] ?? env["OTEL_EXPORTER_OTLP_INSECURE"];
    if (endpoint === undefined || insecure?.toLowerCase() !== "true") return [];
    return [[`${prefix}ENDPOINT`, endpoint.replace(/^https:/i, "http:")]];
  });
  return { ...env, ...Object.fromEntries(replaced) };
}
