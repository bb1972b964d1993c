import { type Logger, systemClock } from "@kubewarden-ts/base";
import type { EvaluatorObserver } from "@kubewarden-ts/policy-evaluation";
import { KUBEWARDEN_VERSION } from "@kubewarden-ts/protocol";
import {
  createMetricRegistry,
  type MetricRegistry,
  prometheusText,
  type Tracer,
} from "@kubewarden-ts/telemetry";
import type { ServerConfig } from "../config.ts";
import { createEvaluationSpans } from "./evaluation-spans.ts";
import type { Observers } from "./observed-policies.ts";
import { createServerMetrics } from "./server-metrics.ts";

/** What was switched on of metrics and traces. */
export interface Telemetry extends AsyncDisposable, Observers {
  /** Of the spans of HTTP requests. */
  readonly tracer?: Tracer | undefined;
  /** Given to the evaluator, which then tells what evaluations did; absent when nothing is switched on. */
  readonly observer?: EvaluatorObserver | undefined;
  /** What `GET /metrics` answers; without it there is no such route. */
  readonly prometheus?: (() => string) | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const serviceName = "kubewarden-policy-server";
const meterName = "kubewarden";
/** After running evaluations had their 25 s; Kubernetes kills after 30. */
const flushTimeoutMs = 3000;

/**
 * Starts what the options ask for (policy-server 12). The exporters are loaded only when they are used; what is left to be
 * sent is sent when the telemetry is disposed of.
 * @throws {TelemetryError} when a variable of OpenTelemetry, or a file it names, cannot be used
 */
export async function startTelemetry(
  { otlpMetrics, prometheusMetrics, otlpTraces }: ServerConfig,
  { env, log }: { env: Environment; log: Logger },
): Promise<Telemetry> {
  const registry =
    otlpMetrics || prometheusMetrics ? createMetricRegistry({ nowMs: systemClock.now }) : undefined;
  const metrics = registry && createServerMetrics(registry);
  const exported = otlpMetrics ? registry : undefined;
  const otlp = otlpMetrics || otlpTraces ? await exporters(exported, otlpTraces, { env, log }) : undefined;
  const tracer = otlp?.tracer;
  const spans = tracer && createEvaluationSpans(tracer, env["HOSTNAME"] || "unknown");
  const isObserved = metrics !== undefined || spans !== undefined;
  return {
    ...{ tracer, metrics, spans },
    ...(isObserved && {
      observer: { settingsValidated: (validation) => spans?.settingsValidated(validation) },
    }),
    ...(prometheusMetrics && registry && { prometheus: () => prometheusText(registry.metrics()) }),
    async [Symbol.asyncDispose]() {
      await otlp?.flush(flushTimeoutMs);
      await otlp?.[Symbol.asyncDispose]();
    },
  };
}

async function exporters(
  registry: MetricRegistry | undefined,
  traces: boolean,
  { env, log }: { env: Environment; log: Logger },
) {
  const { startOtlp } = await import("@kubewarden-ts/telemetry/otlp");
  return startOtlp({
    ...{ env, service: { name: serviceName, version: KUBEWARDEN_VERSION } },
    log: log.child({ target: "policy_server::telemetry" }),
    ...(registry && { metrics: { registry, scope: meterName } }),
    ...(traces && { tracerName: serviceName }),
  });
}
