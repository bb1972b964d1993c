import { type Attributes, attributesKey, presentAttributes } from "../attributes.ts";
import type {
  CounterMetric,
  CounterSeries,
  GaugeMetric,
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

/** One value of a gauge. */
export interface GaugeValue {
  readonly value: number;
  readonly attributes: Attributes;
}

/** Metrics of one process, counted from its start. Recording is synchronous and takes no lock, timer or promise. */
export interface MetricRegistry {
  counter(definition: MetricDefinition): Counter;
  histogram(definition: MetricDefinition & { bounds: readonly number[] }): Histogram;
  /** @param observe - asked for the values each time metrics are read; no two may have the same attributes */
  gauge(definition: MetricDefinition, observe: () => Iterable<GaugeValue>): void;
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
  const read: (() => Metric)[] = [];
  return {
    startMs: nowMs(),
    metrics: () => read.map((metric) => metric()),
    counter(definition) {
      const series = new Map<string, CounterSeries>();
      const metric: CounterMetric = { kind: "counter", ...definition, series };
      read.push(() => metric);
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
      const metric: HistogramMetric = { kind: "histogram", ...definition, series };
      read.push(() => metric);
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
    gauge(definition, observe) {
      read.push((): GaugeMetric => {
        const values = Array.from(observe()).slice(0, maxSeries);
        const series = values.map(
          ({ value, attributes }) =>
            [attributesKey(attributes), { attributes: presentAttributes(attributes), value }] as const,
        );
        return { kind: "gauge", ...definition, series: new Map(series) };
      });
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
