import type { MetricRegistry } from "@kubewarden-ts/telemetry";
import type { AnsweredReview } from "../admission/webhook-server.ts";

/** Upper bounds in seconds, as Prometheus' defaults are. */
const latencySeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** What the webhooks for our own kinds answer, under controller-runtime's names (controller.md 6.2). */
export function createWebhookMetrics(registry: MetricRegistry): (review: AnsweredReview) => void {
  const requests = registry.counter({
    name: "controller_runtime_webhook_requests_total",
    description: "Admission reviews that were answered, by webhook and HTTP status",
    valueType: "int",
  });
  const latency = registry.histogram({
    name: "controller_runtime_webhook_latency_seconds",
    description: "Time until an admission review was answered, by webhook",
    valueType: "double",
    bounds: latencySeconds,
  });
  return ({ webhook, durationMs }) => {
    // a refusal is an answer: HTTP's status is 200
    requests.add(1, { webhook, code: "200" });
    latency.record(durationMs / 1000, { webhook });
  };
}
