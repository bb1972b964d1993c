import { type Clock, type Logger, systemClock } from "@kubewarden-ts/base";
import type { MetricRegistry } from "../metrics/metric-registry.ts";
import { createSampler } from "../traces/sampler.ts";
import { createSpanBatch, type SpanBatch } from "../traces/span-batch.ts";
import { createTracer, type Tracer } from "../traces/tracer.ts";
import { type Environment, invalid, positiveVariable, resourceAttributes, variable } from "./environment.ts";
import { createExporter, type Exporter } from "./exporter.ts";
import { readExporterSettings } from "./exporter-settings.ts";
import { metricsRequest, type Sender, tracesRequest } from "./messages.ts";

export interface OtlpOptions {
  readonly env: Environment;
  /** Exported at the interval of `OTEL_METRIC_EXPORT_INTERVAL`; no metrics are sent without. */
  readonly metrics?: { readonly registry: MetricRegistry; readonly scope: string } | undefined;
  /** Name of the tracer; no traces are sent without. */
  readonly tracerName?: string | undefined;
  /** What the environment does not overwrite. */
  readonly service: { readonly name: string; readonly version: string };
  readonly log: Logger;
  readonly clock?: Clock;
}

/** Exporters that run in the background. */
export interface Otlp extends AsyncDisposable {
  /** There when traces were asked for. */
  readonly tracer: Tracer | undefined;
  /** Sends what is there, once more; gives up after `timeoutMs`. */
  flush(timeoutMs: number): Promise<void>;
}

const defaultIntervalMs = 60_000;

/**
 * Starts exporters as the `OTEL_*` variables say (policy-server 12). No connection is made before there is something
 * to send, and one that cannot be made is no error.
 * @throws {TelemetryError} `TELEMETRY_SETTINGS_INVALID`, `TELEMETRY_FILE_UNREADABLE`
 */
export async function startOtlp(options: OtlpOptions): Promise<Otlp> {
  const { env, service, log, clock = systemClock, metrics, tracerName } = options;
  const deps = { userAgent: `kubewarden-ts/${service.version}`, log, clock };
  const resource = resourceAttributes(env, service);
  if (metrics) warnOfPreferences(env, log);
  const metricExporter = metrics && createExporter(await readExporterSettings(env, "metrics"), deps);
  const traceExporter = tracerName && createExporter(await readExporterSettings(env, "traces"), deps);
  const meter =
    metrics &&
    metricExporter &&
    startMeter(metrics.registry, metricExporter, {
      ...{ sender: { resource, scope: metrics.scope }, clock },
      intervalMs: positiveVariable(env, "OTEL_METRIC_EXPORT_INTERVAL", defaultIntervalMs),
    });
  const sender = { resource, scope: tracerName ?? "" };
  const batch = traceExporter ? spanBatch(env, traceExporter, { sender, log }) : undefined;
  const flush = async (timeoutMs: number): Promise<void> => {
    const late = new AbortController();
    const all = Promise.all([meter?.export(), batch?.flush()]);
    await Promise.race([all, clock.sleep(timeoutMs, { signal: late.signal }).catch(() => {})]);
    late.abort();
  };
  return {
    tracer: batch && createTracer({ sampler: samplerOf(env), nowMs: clock.now, export: batch.add }),
    flush,
    async [Symbol.asyncDispose]() {
      meter?.stop();
      for (const exporter of [metricExporter, traceExporter]) if (exporter) exporter.close();
    },
  };
}

/** Sums since the start, in buckets that are laid down, are what dashboards count on: nothing else is made. */
function warnOfPreferences(env: Environment, log: Logger): void {
  for (const [suffix, only] of [
    ["TEMPORALITY_PREFERENCE", "cumulative"],
    ["DEFAULT_HISTOGRAM_AGGREGATION", "explicit_bucket_histogram"],
  ] as const) {
    const name = `OTEL_EXPORTER_OTLP_METRICS_${suffix}`;
    const value = variable(env, name);
    if (value === undefined || value.toLowerCase() === only) continue;
    log.warn("a variable of OpenTelemetry has no effect", { name, value, used: only });
  }
}

/** Exports all metrics every now and then; a slow export is not overtaken by the next. */
function startMeter(
  registry: MetricRegistry,
  exporter: Exporter,
  { sender, intervalMs, clock }: { sender: Sender; intervalMs: number; clock: Clock },
): { export(): Promise<void>; stop(): void } {
  let running: Promise<void> | undefined;
  const send = (): Promise<void> =>
    exporter.export(
      metricsRequest(registry.metrics(), sender, { startMs: registry.startMs, nowMs: clock.now() }),
    );
  const timer = setInterval(() => {
    running ??= send().finally(() => {
      running = undefined;
    });
  }, intervalMs).unref();
  return {
    export: () => (running ?? Promise.resolve()).then(send),
    stop: () => clearInterval(timer),
  };
}

function spanBatch(
  env: Environment,
  exporter: Exporter,
  { sender, log }: { sender: Sender; log: Logger },
): SpanBatch {
  return createSpanBatch({
    send: (spans) => exporter.export(tracesRequest(spans, sender)),
    delayMs: positiveVariable(env, "OTEL_BSP_SCHEDULE_DELAY", 5000),
    maxBatch: positiveVariable(env, "OTEL_BSP_MAX_EXPORT_BATCH_SIZE", 512),
    maxQueue: positiveVariable(env, "OTEL_BSP_MAX_QUEUE_SIZE", 2048),
    onOverflow: () => log.debug("spans are dropped: the collector takes them too slowly"),
  });
}

function samplerOf(env: Environment) {
  const name = variable(env, "OTEL_TRACES_SAMPLER");
  const argument = variable(env, "OTEL_TRACES_SAMPLER_ARG");
  const sampler = createSampler(name, argument);
  if (sampler !== undefined) return sampler;
  throw invalid("OTEL_TRACES_SAMPLER", `${name} ${argument ?? ""}`.trim(), "a sampler of OpenTelemetry");
}
