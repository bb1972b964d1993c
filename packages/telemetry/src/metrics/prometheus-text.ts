import type { AttributeValue } from "../attributes.ts";
import type { HistogramSeries, Metric } from "./metric.ts";

/** Of what {@link prometheusText} writes. */
export const prometheusContentType = "text/plain; version=0.0.4; charset=utf-8";

type Label = readonly [string, AttributeValue];

/**
 * Metrics in Prometheus' text format, under the names that a collector's Prometheus exporter gives them: names and
 * attributes stay as they are, there is no unit to add, and a histogram has `_bucket`, `_sum` and `_count`.
 */
export function prometheusText(metrics: readonly Metric[]): string {
  return metrics
    .filter(({ series }) => series.size > 0)
    .map(metricText)
    .join("");
}

function metricText(metric: Metric): string {
  const name = validName(metric.name);
  const lines: string[] = [];
  if (metric.description !== undefined) lines.push(`# HELP ${name} ${escapeHelp(metric.description)}`);
  lines.push(`# TYPE ${name} ${metric.kind}`);
  if (metric.kind === "histogram") {
    for (const series of metric.series.values()) lines.push(...histogramLines(name, metric.bounds, series));
  } else {
    for (const { attributes, value } of metric.series.values()) lines.push(sample(name, attributes, value));
  }
  return `${lines.join("\n")}\n`;
}

function histogramLines(
  name: string,
  bounds: readonly number[],
  { attributes, counts, count, sum }: HistogramSeries,
): string[] {
  let below = 0;
  const buckets = [...bounds, Number.POSITIVE_INFINITY].map((bound, index) => {
    below += counts[index] ?? 0;
    return sample(`${name}_bucket`, [...attributes, ["le", numberText(bound)]], below);
  });
  return [...buckets, sample(`${name}_sum`, attributes, sum), sample(`${name}_count`, attributes, count)];
}

function sample(name: string, labels: readonly Label[], value: number): string {
  const texts = labels.map(([label, text]) => `${validLabel(label)}="${escapeLabel(String(text))}"`);
  return `${name}${texts.length === 0 ? "" : `{${texts.join(",")}}`} ${numberText(value)}`;
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf";
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value);
}

function validName(name: string): string {
  return name.replace(/[^a-zA-Z0-9_:]/g, "_").replace(/^(?=\d)/, "_");
}

function validLabel(name: string): string {
  return name.replace(/[^a-zA-Z0-9_]/g, "_").replace(/^(?=\d)/, "_");
}

function escapeLabel(text: string): string {
  return text.replace(/[\\"\n]/g, (character) => (character === "\n" ? "\\n" : `\\${character}`));
}

function escapeHelp(text: string): string {
  return text.replace(/[\\\n]/g, (character) => (character === "\n" ? "\\n" : "\\\\"));
}
