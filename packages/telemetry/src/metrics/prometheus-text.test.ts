import { describe, expect, it } from "vitest";
import { createMetricRegistry } from "./metric-registry.ts";
import { prometheusText } from "./prometheus-text.ts";

const nowMs = () => 0;

describe("prometheusText", () => {
  it("writes counters and histograms under the names of a collector's exporter", () => {
    const registry = createMetricRegistry({ nowMs });
    const counter = registry.counter({ name: "a_total", valueType: "int", description: "says\nwhat" });
    counter.add(1, { policy_name: "p", accepted: true, error_code: 418 });
    counter.add(2, { policy_name: "p", accepted: true, error_code: 418 });
    counter.add(1, { policy_name: 'q"\\\n', accepted: false });
    const histogram = registry.histogram({ name: "b_milliseconds", valueType: "int", bounds: [0, 5] });
    for (const value of [0, 5, 6]) histogram.record(value, {});
    registry.counter({ name: "unused_total", valueType: "int" });
    let state = "active";
    registry.gauge({ name: "c", valueType: "int", description: "now" }, () => [
      { value: 1, attributes: { state } },
    ]);
    state = "failed";
    expect(prometheusText(registry.metrics())).toBe(
      [
        "# HELP a_total says\\nwhat",
        "# TYPE a_total counter",
        'a_total{policy_name="p",accepted="true",error_code="418"} 3',
        'a_total{policy_name="q\\"\\\\\\n",accepted="false"} 1',
        "# TYPE b_milliseconds histogram",
        'b_milliseconds_bucket{le="0"} 1',
        'b_milliseconds_bucket{le="5"} 2',
        'b_milliseconds_bucket{le="+Inf"} 3',
        "b_milliseconds_sum 11",
        "b_milliseconds_count 3",
        "# HELP c now",
        "# TYPE c gauge",
        'c{state="failed"} 1',
        "",
      ].join("\n"),
    );
  });

  it("counts what is too much together", () => {
    const registry = createMetricRegistry({ nowMs, maxSeries: 3 });
    const counter = registry.counter({ name: "a_total", valueType: "int" });
    for (const id of ["1", "2", "3", "4", "2", "4"]) counter.add(1, { id });
    expect(prometheusText(registry.metrics())).toBe(
      '# TYPE a_total counter\na_total{id="1"} 1\na_total{id="2"} 2\na_total{otel_metric_overflow="true"} 3\n',
    );
  });
});
