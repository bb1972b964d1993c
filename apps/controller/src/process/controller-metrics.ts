import { createMetricRegistry, prometheusContentType, prometheusText } from "@kubewarden-ts/telemetry";
import type { AnsweredReview } from "../admission/webhook-server.ts";
import type { ClusterView } from "../cluster-view.ts";
import type { TextRoutes } from "./http-server.ts";
import { observeLeader } from "./leader-metric.ts";
import { leaseName } from "./lease-name.ts";
import { observePolicies } from "./policy-metric.ts";
import { createReconcileMetrics } from "./reconcile-metrics.ts";
import { createWebhookMetrics } from "./webhook-metrics.ts";

/** All metrics of the process, and what feeds them (controller.md 6.2, 6.4). */
export type ControllerMetrics = ReturnType<typeof createControllerMetrics>;

/** @param nowMs - milliseconds since 1970 */
export function createControllerMetrics(nowMs: () => number) {
  const process = createMetricRegistry({ nowMs });
  /** told to a collector, too */
  const policies = createMetricRegistry({ nowMs });
  const state: { leads: ClusterView | undefined } = { leads: undefined };
  observeLeader(process, leaseName, () => state.leads !== undefined);
  observePolicies(policies, () => state.leads);
  const webhooks = createWebhookMetrics(process);
  const text = (): string => prometheusText(process.metrics()) + prometheusText(policies.metrics());
  const routes: TextRoutes = {
    "/metrics": () => ({ status: 200, contentType: prometheusContentType, body: text() }),
  };
  return {
    process,
    policies,
    routes,
    reconciles: createReconcileMetrics(process, nowMs),
    observeReview: (review: AnsweredReview) => webhooks(review),
    /** This replica leads, by this view; `undefined` when it does no more. */
    setLeading(view: ClusterView | undefined): void {
      state.leads = view;
    },
  };
}
