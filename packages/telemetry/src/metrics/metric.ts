import type { AttributeValue } from "../attributes.ts";

/** What is the same for all series of a metric. */
export interface MetricDefinition {
  /** As it stands in Prometheus: counters end in `_total`, and there is no unit besides that in the name. */
  readonly name: string;
  /** For people; upstream's metrics have none. */
  readonly description?: string;
  /** Whether values are whole numbers. */
  readonly valueType: "int" | "double";
}

/** All values of a metric, one series for each set of attributes: since the start, or as they are now. */
export type Metric = CounterMetric | HistogramMetric | GaugeMetric;

export interface CounterMetric extends MetricDefinition {
  readonly kind: "counter";
  readonly series: ReadonlyMap<string, CounterSeries>;
}

export interface HistogramMetric extends MetricDefinition {
  readonly kind: "histogram";
  /** Upper bounds of the buckets, inclusive, ascending; values above the last have a bucket of their own. */
  readonly bounds: readonly number[];
  readonly series: ReadonlyMap<string, HistogramSeries>;
}

export interface GaugeMetric extends MetricDefinition {
  readonly kind: "gauge";
  readonly series: ReadonlyMap<string, GaugeSeries>;
}

export interface CounterSeries {
  readonly attributes: readonly (readonly [string, AttributeValue])[];
  value: number;
}

export interface GaugeSeries {
  readonly attributes: readonly (readonly [string, AttributeValue])[];
  readonly value: number;
}

export interface HistogramSeries {
  readonly attributes: readonly (readonly [string, AttributeValue])[];
  /** One more than there are bounds. */
  readonly counts: Float64Array;
  count: number;
  sum: number;
}
