import { silentLogger } from "@kubewarden-ts/base";
import { createController, isKubeError, type KubeClient, KubeError } from "@kubewarden-ts/kube";
import { createFakeClock, staticAccess } from "@kubewarden-ts/kube/testing";
import { createMetricRegistry, prometheusText } from "@kubewarden-ts/telemetry";
import { describe, expect, it } from "vitest";
import { memoryView } from "../policy/testing/memory-view.ts";
import { clusterGroup, clusterPolicy, policyIn } from "../policy/testing/objects.ts";
import { eventually } from "../testing/fake-cluster-context.ts";
import { observeClient } from "./client-metrics.ts";
import { createControllerMetrics } from "./controller-metrics.ts";
import { createReconcileMetrics } from "./reconcile-metrics.ts";

const linesOf = (text: string, name: RegExp) => text.split("\n").filter((line) => name.test(line));

describe("metrics of the controller", () => {
  it("say what each controller does, under controller-runtime's names", async () => {
    const clock = createFakeClock();
    const registry = createMetricRegistry({ nowMs: clock.now });
    const metrics = createReconcileMetrics(registry, clock.now);
    const running = Promise.withResolvers<void>();
    const outcomes: Record<string, () => Promise<object | undefined>> = {
      good: async () => undefined,
      later: async () => ({ requeueAfterMs: 1000 }),
      bad: async () => Promise.reject(new Error("no")),
      long: async () => void (await running.promise),
    };
    const reconcile = async (key: string) => await outcomes[key]?.();
    await using controller = createController({
      ...{ name: "cap", reconcile, log: silentLogger, clock, observer: metrics },
    });
    metrics.watchQueue(controller);
    for (const key of [...Object.keys(outcomes), "waiting"]) controller.enqueue(key);
    controller.start();
    const text = () => prometheusText(registry.metrics());
    await eventually(() => text().includes('workqueue_depth{name="cap",controller="cap"} 1'));
    await clock.advance(2);
    expect(linesOf(text(), /^(controller_runtime|workqueue)(?!.*_bucket)/).sort()).toEqual([
      'controller_runtime_active_workers{controller="cap"} 1',
      'controller_runtime_max_concurrent_reconciles{controller="cap"} 1',
      'controller_runtime_reconcile_errors_total{controller="cap"} 1',
      'controller_runtime_reconcile_time_seconds_count{controller="cap"} 3',
      'controller_runtime_reconcile_time_seconds_sum{controller="cap"} 0',
      'controller_runtime_reconcile_total{controller="cap",result="error"} 1',
      'controller_runtime_reconcile_total{controller="cap",result="requeue_after"} 1',
      'controller_runtime_reconcile_total{controller="cap",result="success"} 1',
      'workqueue_adds_total{name="cap",controller="cap"} 5',
      'workqueue_depth{name="cap",controller="cap"} 1',
      'workqueue_longest_running_processor_seconds{name="cap",controller="cap"} 0.002',
      'workqueue_queue_duration_seconds_count{name="cap",controller="cap"} 4',
      'workqueue_queue_duration_seconds_sum{name="cap",controller="cap"} 0',
      'workqueue_retries_total{name="cap",controller="cap"} 1',
      'workqueue_unfinished_work_seconds{name="cap",controller="cap"} 0.002',
      'workqueue_work_duration_seconds_count{name="cap",controller="cap"} 3',
      'workqueue_work_duration_seconds_sum{name="cap",controller="cap"} 0',
    ]);
    running.resolve();
  });

  it("count requests to the API server by what came back", async () => {
    const registry = createMetricRegistry({ nowMs: () => 0 });
    const answers = [
      async () => ({ status: 201, body: new Uint8Array() }),
      async () => Promise.reject(new KubeError("no", { code: "KUBE_FORBIDDEN", status: 403 })),
      async () => Promise.reject(new KubeError("no", { code: "KUBE_UNAVAILABLE" })),
    ];
    const client: KubeClient = {
      access: staticAccess("https://cluster:6443"),
      request: async () => await (answers.shift() ?? answers[0]!)(),
      get: async () => ({ status: 200, body: new Uint8Array() }),
      async stream() {
        return (async function* () {})();
      },
      async [Symbol.asyncDispose]() {},
    };
    const observed = observeClient(client, registry);
    await observed.request("/a", { method: "POST" });
    const failures = [observed.get("/a"), observed.request("/a", { method: "PATCH" })];
    for (const failure of failures) await failure.catch((error) => expect(isKubeError(error)).toBe(true));
    await observed.stream("/a", { signal: new AbortController().signal });
    expect(linesOf(prometheusText(registry.metrics()), /^rest_client/)).toEqual([
      'rest_client_requests_total{code="201",method="POST",host="cluster:6443"} 1',
      'rest_client_requests_total{code="403",method="GET",host="cluster:6443"} 1',
      'rest_client_requests_total{code="<error>",method="PATCH",host="cluster:6443"} 1',
      'rest_client_requests_total{code="200",method="GET",host="cluster:6443"} 1',
    ]);
  });

  it("have one series for each policy there is, on the replica that leads", () => {
    const metrics = createControllerMetrics(() => 0);
    const view = memoryView([
      clusterPolicy("a", { mutating: true, failurePolicy: "Ignore", policyServer: "one" }, {}),
      policyIn("web", "b", { module: "m", policyServer: "one" }),
      clusterGroup("c", { policyServer: "two" }),
    ]);
    const [policy] = view.policies.ClusterAdmissionPolicy.list();
    if (policy) view.policies.ClusterAdmissionPolicy.put({ ...policy, status: { policyStatus: "active" } });
    const series = () =>
      linesOf(metrics.routes["/metrics"]?.().body ?? "", /^(kubewarden_policy_total|leader)/);
    expect(series()).toEqual(['leader_election_master_status{name="a4ddbf36.kubewarden.io"} 0']);
    metrics.setLeading(view);
    expect(series()).toEqual([
      'leader_election_master_status{name="a4ddbf36.kubewarden.io"} 1',
      'kubewarden_policy_total{name="clusterwide-a",policy_server="one",module="registry://example.com/psp:v1",mutating="true",namespace="",failure_policy="Ignore",policy_status="active"} 1',
      'kubewarden_policy_total{name="namespaced-web-b",policy_server="one",module="m",mutating="false",namespace="web",failure_policy="",policy_status=""} 1',
      'kubewarden_policy_total{name="clusterwide-group-c",policy_server="two",module="",mutating="false",namespace="",failure_policy="",policy_status=""} 1',
    ]);
    metrics.setLeading(undefined);
    expect(series()).toHaveLength(1);
  });

  it("count what the webhooks answer", () => {
    const metrics = createControllerMetrics(() => 0);
    metrics.observeReview({ webhook: "/validate-x", code: 422, durationMs: 30 });
    const text = metrics.routes["/metrics"]?.().body ?? "";
    expect(text).toContain('controller_runtime_webhook_requests_total{webhook="/validate-x",code="200"} 1\n');
    expect(text).toContain('controller_runtime_webhook_latency_seconds_sum{webhook="/validate-x"} 0.03\n');
  });
});
