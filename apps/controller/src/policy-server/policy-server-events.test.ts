import type { StoredCondition } from "@kubewarden-ts/api/policies";
import { describe, expect, it } from "vitest";
import { policyServerEvents } from "./policy-server-events.ts";

function condition(
  type: string,
  status: StoredCondition["status"],
  reason: string,
  message = "",
): StoredCondition {
  return { type, status, reason, message, lastTransitionTime: "2026-01-01T00:00:00Z" };
}
const succeeded = condition("ServiceReconciled", "True", "ReconciliationSucceeded");
const failed = condition("ServiceReconciled", "False", "ReconciliationFailed", "no");
const ready = condition("Ready", "True", "ReplicasReady", "1 of 1 replicas are ready");
const unready = condition("Ready", "False", "ReplicasNotReady", "0 of 1 replicas are ready");
const waiting = condition("PolicyWebhooksCleanedUp", "False", "ReconciliationFailed", "Waiting for …");

describe("policyServerEvents", () => {
  it.each<[string, StoredCondition | undefined, StoredCondition, string[]]>([
    ["nothing of a first success", undefined, succeeded, []],
    ["nothing of what was known", failed, failed, []],
    ["a failure", succeeded, failed, ["Warning ReconciliationFailed: no"]],
    ["another failure", { ...failed, message: "other" }, failed, ["Warning ReconciliationFailed: no"]],
    [
      "a success after a failure",
      failed,
      succeeded,
      ["Normal ReconciliationSucceeded: ServiceReconciled after a failure"],
    ],
    ["nothing of a step that waits", succeeded, { ...succeeded, status: "Unknown" }, []],
    ["that it is ready", unready, ready, ["Normal ReplicasReady: 1 of 1 replicas are ready"]],
    ["that it no longer is", ready, unready, ["Warning ReplicasNotReady: 0 of 1 replicas are ready"]],
    ["nothing of a start", undefined, unready, []],
    ["nothing of progress", unready, { ...unready, message: "more" }, []],
    ["nothing twice of a failure", ready, { ...failed, type: "Ready" }, []],
    ["what it waits for", undefined, waiting, ["Normal WaitingForWebhooks: Waiting for …"]],
  ])("controller 43: tells %s", (_row, before, after, expected) => {
    const told = policyServerEvents(before === undefined ? [] : [before], [after]);
    expect(told.map(({ type, reason, message }) => `${type} ${reason}: ${message}`)).toEqual(expected);
  });
});
