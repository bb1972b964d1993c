import type { AttributeValue } from "../attributes.ts";
import type { CounterMetric, GaugeMetric, HistogramMetric, Metric } from "../metrics/metric.ts";
import { ProtobufWriter } from "../protobuf/protobuf-writer.ts";
import type { FinishedSpan } from "../traces/span.ts";

// The requests of OpenTelemetry's protocol 1.x: field numbers of opentelemetry/proto/{metrics,trace,common}/v1.

/** Who sends: the attributes of the resource, and the name of the instrumentation scope. */
export interface Sender {
  readonly resource: readonly (readonly [string, AttributeValue])[];
  readonly scope: string;
}

/** An `ExportMetricsServiceRequest` with all metrics, counted since `startMs`. */
export function metricsRequest(
  metrics: readonly Metric[],
  sender: Sender,
  { startMs, nowMs }: { startMs: number; nowMs: number },
): Buffer {
  const writer = new ProtobufWriter();
  const times = { start: nanoseconds(startMs), now: nanoseconds(nowMs) };
  writeSender(writer, sender, () => {
    for (const metric of metrics) {
      if (metric.series.size > 0) writer.message(2, () => writeMetric(writer, metric, times));
    }
  });
  return writer.finish();
}

/** An `ExportTraceServiceRequest`. */
export function tracesRequest(spans: readonly FinishedSpan[], sender: Sender): Buffer {
  const writer = new ProtobufWriter();
  writeSender(writer, sender, () => {
    for (const span of spans) writer.message(2, () => writeSpan(writer, span));
  });
  return writer.finish();
}

/** The three levels that metrics and spans have in common. */
function writeSender(writer: ProtobufWriter, { resource, scope }: Sender, content: () => void): void {
  writer.message(1, () => {
    writer.message(1, () => writeAttributes(writer, 1, resource));
    writer.message(2, () => {
      writer.message(1, () => writer.text(1, scope));
      content();
    });
  });
}

interface Times {
  readonly start: bigint;
  readonly now: bigint;
}

const cumulative = 2;

function writeMetric(writer: ProtobufWriter, metric: Metric, times: Times): void {
  writer.text(1, metric.name);
  if (metric.description !== undefined) writer.text(2, metric.description);
  if (metric.kind === "gauge") writer.message(5, () => writeNumbers(writer, metric, { now: times.now }));
  else if (metric.kind === "counter") writer.message(7, () => writeSum(writer, metric, times));
  else writer.message(9, () => writeHistogram(writer, metric, times));
}

function writeSum(writer: ProtobufWriter, metric: CounterMetric, times: Times): void {
  writeNumbers(writer, metric, times);
  writer.uint(2, cumulative);
  writer.bool(3, true);
}

/** The data points of counters and gauges; what a gauge holds now began at no time. */
function writeNumbers(
  writer: ProtobufWriter,
  { series, valueType }: CounterMetric | GaugeMetric,
  { start, now }: Pick<Times, "now"> & Partial<Times>,
): void {
  for (const { attributes, value } of series.values()) {
    writer.message(1, () => {
      if (start !== undefined) writer.fixed64(2, start);
      writer.fixed64(3, now);
      if (valueType === "int") writer.sfixed64(6, value);
      else writer.double(4, value);
      writeAttributes(writer, 7, attributes);
    });
  }
}

function writeHistogram(
  writer: ProtobufWriter,
  { series, bounds }: HistogramMetric,
  { start, now }: Times,
): void {
  for (const { attributes, counts, count, sum } of series.values()) {
    writer.message(1, () => {
      writer.fixed64(2, start);
      writer.fixed64(3, now);
      writer.fixed64(4, BigInt(count));
      writer.double(5, sum);
      writer.packedFixed64(6, counts);
      writer.packedDoubles(7, bounds);
      writeAttributes(writer, 9, attributes);
    });
  }
  writer.uint(2, cumulative);
}

const spanKinds = { internal: 1, server: 2 } as const;
/** The parent is of another process, and this is known. */
const flagsOfRemoteParent = 0x300;
const flagsOfLocalParent = 0x100;
const sampledFlag = 1;
const statusError = 2;

function writeSpan(writer: ProtobufWriter, span: FinishedSpan): void {
  const { context, parent, name, kind, startMs, endMs, attributes, failed } = span;
  writer.hexBytes(1, context.traceId);
  writer.hexBytes(2, context.spanId);
  if (context.traceState !== undefined) writer.text(3, context.traceState);
  if (parent !== undefined) writer.hexBytes(4, parent.spanId);
  writer.text(5, name);
  writer.uint(6, spanKinds[kind]);
  writer.fixed64(7, nanoseconds(startMs));
  writer.fixed64(8, nanoseconds(endMs));
  writeAttributes(writer, 9, attributes);
  if (failed) writer.message(15, () => writer.uint(3, statusError));
  writer.fixed32(16, sampledFlag | (parent?.isRemote ? flagsOfRemoteParent : flagsOfLocalParent));
}

function writeAttributes(
  writer: ProtobufWriter,
  field: number,
  attributes: readonly (readonly [string, AttributeValue])[],
): void {
  for (const [key, value] of attributes) {
    writer.message(field, () => {
      writer.text(1, key);
      writer.message(2, () => writeValue(writer, value));
    });
  }
}

function writeValue(writer: ProtobufWriter, value: AttributeValue): void {
  if (typeof value === "string") writer.text(1, value);
  else if (typeof value === "boolean") writer.bool(2, value);
  else if (Number.isSafeInteger(value)) writer.int64(3, value);
  else writer.double(4, value);
}

/** Since 1970; a double holds them to a fraction of a microsecond. */
function nanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1000)) * 1000n;
}
