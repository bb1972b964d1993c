import type { Controller, ControllerObserver } from "@kubewarden-ts/kube";
import type { MetricRegistry } from "@kubewarden-ts/telemetry";

/** Upper bounds in seconds, as controller-runtime has them. */
const reconcileSeconds = [
  ...[0.005, 0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.6, 0.7, 0.8, 0.9, 1],
  ...[1.25, 1.5, 1.75, 2, 2.5, 3, 3.5, 4, 4.5, 5, 6, 7, 8, 9, 10, 15, 20, 25, 30, 40, 50, 60],
];
/** As client-go has them: powers of ten from 10 ns to 1000 s. */
const queueSeconds = [1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1, 10, 100, 1000];

/** What controllers do, under the names that controller-runtime gives it (controller.md 6.2). */
export interface ReconcileMetrics extends ControllerObserver {
  /** Has the queue of a controller in the metrics. @returns ends it */
  watchQueue(controller: Controller): () => void;
}

/** @param nowMs - milliseconds since any instant */
export function createReconcileMetrics(registry: MetricRegistry, nowMs: () => number): ReconcileMetrics {
  const make = meters(registry);
  const queues = new Set<Controller>();
  /** instants at which the passes under way began; of one controller, whichever ends first counts as the oldest */
  const running = new Map<string, number[]>();
  observeQueues(registry, queues, (controller) =>
    (running.get(controller) ?? []).map((sinceMs) => (nowMs() - sinceMs) / 1000),
  );
  return {
    watchQueue(controller) {
      queues.add(controller);
      return () => void queues.delete(controller);
    },
    added: (controller) => make.adds.add(1, { name: controller, controller }),
    started(controller, waitedMs) {
      make.queueTime.record(waitedMs / 1000, { name: controller, controller });
      running.set(controller, [...(running.get(controller) ?? []), nowMs()]);
    },
    finished(controller, { result, durationMs }) {
      running.get(controller)?.shift();
      make.reconciles.add(1, { controller, result });
      if (result === "error") make.errors.add(1, { controller });
      make.reconcileTime.record(durationMs / 1000, { controller });
      make.workTime.record(durationMs / 1000, { name: controller, controller });
    },
    retried: (controller) => make.retries.add(1, { name: controller, controller }),
  };
}

function meters(registry: MetricRegistry) {
  const counter = (name: string, description: string) =>
    registry.counter({ name, description, valueType: "int" });
  const histogram = (name: string, description: string, bounds: readonly number[]) =>
    registry.histogram({ name, description, valueType: "double", bounds });
  return {
    reconciles: counter(
      "controller_runtime_reconcile_total",
      "Passes over an object, by controller and result",
    ),
    errors: counter("controller_runtime_reconcile_errors_total", "Passes that failed, by controller"),
    adds: counter("workqueue_adds_total", "Keys that were asked for, by queue"),
    retries: counter("workqueue_retries_total", "Keys that come back after a failure, by queue"),
    reconcileTime: histogram(
      "controller_runtime_reconcile_time_seconds",
      "Duration of a pass, by controller",
      reconcileSeconds,
    ),
    queueTime: histogram(
      "workqueue_queue_duration_seconds",
      "Wait of a key for its turn, by queue",
      queueSeconds,
    ),
    workTime: histogram("workqueue_work_duration_seconds", "Duration of a pass, by queue", queueSeconds),
  };
}

function observeQueues(
  registry: MetricRegistry,
  queues: ReadonlySet<Controller>,
  secondsOf: (controller: string) => readonly number[],
): void {
  const gauge = (name: string, description: string, value: (controller: Controller) => number): void => {
    const isOfQueue = name.startsWith("workqueue_");
    registry.gauge({ name, description, valueType: "double" }, () =>
      [...queues].map((controller) => {
        const labels = { controller: controller.name };
        const attributes = isOfQueue ? { name: controller.name, ...labels } : labels;
        return { value: value(controller), attributes };
      }),
    );
  };
  gauge("workqueue_depth", "Keys that wait for their turn, by queue", ({ depth }) => depth);
  gauge("workqueue_unfinished_work_seconds", "Seconds that passes under way have taken in all", ({ name }) =>
    secondsOf(name).reduce((sum, seconds) => sum + seconds, 0),
  );
  gauge("workqueue_longest_running_processor_seconds", "Seconds of the longest pass under way", ({ name }) =>
    Math.max(0, ...secondsOf(name)),
  );
  gauge(
    "controller_runtime_active_workers",
    "Passes under way, by controller",
    ({ name }) => secondsOf(name).length,
  );
  gauge("controller_runtime_max_concurrent_reconciles", "Passes at one time, by controller", () => 1);
}
