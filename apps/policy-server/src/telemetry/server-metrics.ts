import type { Observation, ObservedRun, PolicyStatus } from "@kubewarden-ts/policy-evaluation";
import type { Attributes, MetricRegistry } from "@kubewarden-ts/telemetry";
import type { LastReload } from "../reload/policy-reloads.ts";

/** Records what the policy server did; every call is synchronous. */
export interface ServerMetrics {
  /** One decision (policy-server 12.2). */
  recordEvaluation(origin: EvaluationOrigin, observation: Observation): void;
  /** One deed for a policy on the main thread. */
  recordHostCall(call: { capability: string; isError: boolean; elapsedMs: number }): void;
  /** A policy whose time was over: while its guest ran, or while it waited for a worker. */
  recordTimeout(policyId: string, phase: "running" | "waiting"): void;
  /** A policy that was not begun, so that others are in time. */
  recordShed(policyId: string): void;
  /** One attempt to read the policies again. */
  recordReload(outcome: LastReload["outcome"]): void;
  /** @param policies - asked for how each policy is whenever metrics are read; to be given once */
  observeStates(policies: () => readonly Pick<PolicyStatus, "id" | "state">[]): void;
}

export type EvaluationOrigin = "validate" | "audit";

const latencyBounds = [0, 5, 10, 25, 50, 75, 100, 250, 500, 750, 1000, 2500, 5000, 7500, 10_000];
const fineBounds = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
const mebibyte = 1024 * 1024;
const memoryBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024].map((size) => size * mebibyte);

/** Declares all metrics. Those of upstream have neither unit nor description; ours are listed in docs/guides/telemetry.md. */
export function createServerMetrics(registry: MetricRegistry): ServerMetrics {
  const count = (name: string, description?: string) =>
    registry.counter({ name, valueType: "int", ...(description !== undefined && { description }) });
  const measure = (name: string, description: string, bounds: readonly number[]) =>
    registry.histogram({ name, description, valueType: "double", bounds });
  const evaluations = count("kubewarden_policy_evaluations_total");
  const latency = registry.histogram({
    name: "kubewarden_policy_evaluation_latency_milliseconds",
    valueType: "int",
    bounds: latencyBounds,
  });
  const queue = measure(
    "kubewarden_policy_evaluation_queue_milliseconds",
    "Time of an evaluation in which its guest did not run or wait for its host",
    fineBounds,
  );
  const cpu = measure("kubewarden_policy_evaluation_cpu_milliseconds", "CPU time of a guest", fineBounds);
  const memory = measure("kubewarden_policy_evaluation_memory_bytes", "Memory of a guest", memoryBounds);
  const timeouts = count("kubewarden_policy_evaluation_timeouts_total", "Evaluations whose time was over");
  const hostCalls = measure(
    "kubewarden_host_call_latency_milliseconds",
    "Time of a host call that was not answered from the memory of a worker",
    fineBounds,
  );
  const denied = count("kubewarden_host_calls_denied_total", "Host calls that were not granted");
  const shed = count(
    "kubewarden_policy_evaluations_shed_total",
    "Evaluations not begun so that others are in time",
  );

  const reloads = count("kubewarden_policy_reloads_total", "Attempts to read the policies again");

  const recordTimeout: ServerMetrics["recordTimeout"] = (policy_name, phase) =>
    timeouts.add(1, { policy_name, phase });
  const recordShed: ServerMetrics["recordShed"] = (policy_name) => shed.add(1, { policy_name });
  const recordRun = ({
    policyId,
    queueMs,
    usage,
    timedOut,
    shed: isShed,
    denied: refused = [],
  }: ObservedRun): void => {
    const policy = { policy_name: policyId };
    queue.record(queueMs, policy);
    if (usage !== undefined) {
      cpu.record(usage.cpuMs, policy);
      memory.record(usage.memoryBytes, policy);
    }
    if (timedOut !== undefined) recordTimeout(policyId, timedOut);
    if (isShed) recordShed(policyId);
    for (const capability of refused) denied.add(1, { ...policy, capability });
  };
  return {
    recordEvaluation(origin, observation) {
      for (const run of observation.runs) recordRun(run);
      const { policyId, failure } = observation;
      if (failure !== undefined) {
        return evaluations.add(1, { policy_name: policyId, initialization_error: failure });
      }
      const attributes = evaluationAttributes(origin, observation);
      evaluations.add(1, attributes);
      const elapsedMs = observation.runs.reduce((sum, run) => sum + run.elapsedMs, 0);
      latency.record(Math.floor(elapsedMs), attributes);
    },
    recordHostCall: ({ capability, isError, elapsedMs }) =>
      hostCalls.record(elapsedMs, { capability, outcome: isError ? "error" : "ok" }),
    recordTimeout,
    recordShed,
    recordReload: (outcome) => reloads.add(1, { outcome }),
    observeStates(policies) {
      const description = "1 for the state that a policy is in: active, outdated or failed";
      registry.gauge({ name: "kubewarden_policy_state", description, valueType: "int" }, () =>
        policies().map(({ id, state }) => ({ value: 1, attributes: { policy_name: id, state } })),
      );
    },
  };
}

function evaluationAttributes(
  origin: EvaluationOrigin,
  { policyId, policyMode, vanilla, request }: Observation,
): Attributes {
  const decision = {
    policy_name: policyId,
    policy_mode: policyMode,
    accepted: vanilla.allowed,
    mutated: vanilla.patch !== undefined,
    error_code: vanilla.status?.code,
  };
  if (request === undefined) return decision;
  return {
    ...decision,
    resource_kind: request.requestKind?.kind ?? "",
    resource_request_operation: request.operation,
    resource_namespace: request.namespace,
    request_origin: origin,
  };
}
