export type { Attributes, AttributeValue } from "./attributes.ts";
export { wantsColor } from "./color.ts";
export { TelemetryError, type TelemetryErrorCode } from "./errors.ts";
export { createLogWriter, type LogWriterOptions } from "./log-writer.ts";
export type { Metric, MetricDefinition } from "./metrics/metric.ts";
export {
  type Counter,
  createMetricRegistry,
  type GaugeValue,
  type Histogram,
  type MetricRegistry,
} from "./metrics/metric-registry.ts";
export { prometheusContentType, prometheusText } from "./metrics/prometheus-text.ts";
export type { SpanContext } from "./traces/span.ts";
export { readTraceContext } from "./traces/trace-context.ts";
export type { Span, Tracer } from "./traces/tracer.ts";
