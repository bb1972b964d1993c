import { type Attributes, attributesKey, presentAttributes } from "../attributes.ts";
import type {
  CounterMetric,
  CounterSeries,
  HistogramMetric,
  HistogramSeries,
  Metric,
  MetricDefinition,
} from "./metric.ts";

export interface Counter {
  add(value: number, attributes: Attributes): void;
}

export interface Histogram {
  record(value: number, attributes: Attributes): void;
}

/** Metrics of one process, counted from its start. Recording is synchronous and takes no lock, timer or promise. */
export interface MetricRegistry {
  counter(definition: MetricDefinition): Counter;
  histogram(definition: MetricDefinition & { bounds: readonly number[] }): Histogram;
  /** What was recorded so far: the metrics themselves, to be read at once. */
  metrics(): readonly Metric[];
  /** When counting began, in milliseconds since 1970. */
  readonly startMs: number;
}

/** Attributes that users can vary must not fill the memory. */
const defaultMaxSeries = 10_000;
/** What does not fit is counted together, under the attribute that OpenTelemetry has for it. */
const overflow: Attributes = { "otel.metric.overflow": true };

/**
 * @param options.nowMs - the time now, in milliseconds since 1970
 * @param options.maxSeries - sets of attributes that one metric keeps apart
 */
export function createMetricRegistry({
  nowMs,
  maxSeries = defaultMaxSeries,
}: {
  nowMs: () => number;
  maxSeries?: number;
}): MetricRegistry {
  const metrics: Metric[] = [];
  return {
    startMs: nowMs(),
    metrics: () => metrics,
    counter(definition) {
      const series = new Map<string, CounterSeries>();
      metrics.push({ kind: "counter", ...definition, series } satisfies CounterMetric);
      const make = (attributes: Attributes): CounterSeries => ({
        attributes: presentAttributes(attributes),
        value: 0,
      });
      return {
        add(value, attributes) {
          seriesOf(series, attributes, maxSeries, make).value += value;
        },
      };
    },
    histogram(definition) {
      const { bounds } = definition;
      const series = new Map<string, HistogramSeries>();
      metrics.push({ kind: "histogram", ...definition, series } satisfies HistogramMetric);
      const make = (attributes: Attributes): HistogramSeries => ({
        attributes: presentAttributes(attributes),
        counts: new Float64Array(bounds.length + 1),
        count: 0,
        sum: 0,
      });
      return {
        record(value, attributes) {
          const recorded = seriesOf(series, attributes, maxSeries, make);
          const bucket = bucketOf(bounds, value);
          recorded.counts[bucket] = (recorded.counts[bucket] ?? 0) + 1;
          recorded.count++;
          recorded.sum += value;
        },
      };
    },
  };
}

function seriesOf<Series>(
  all: Map<string, Series>,
  attributes: Attributes,
  maxSeries: number,
  make: (attributes: Attributes) => Series,
): Series {
  const key = attributesKey(attributes);
  const known = all.get(key);
  if (known !== undefined) return known;
  if (all.size < maxSeries - 1 || attributes === overflow) {
    const made = make(attributes);
    all.set(key, made);
    return made;
  }
  return seriesOf(all, overflow, maxSeries, make);
}

function bucketOf(bounds: readonly number[], value: number): number {
  for (let index = 0; index < bounds.length; index++) if (value <= (bounds[index] ?? 0)) return index;
  return bounds.length;
}
