import { describe, expect, it } from "vitest";
import { reconcileSteps } from "./reconcile-steps.ts";

const { signal } = new AbortController();
const done = async (): Promise<void> => {};
const failing = (): Promise<void> =>
  Promise.reject(new Error("cannot apply Service policy-server-default", { cause: new Error("forbidden") }));

describe("a reconcile pass", () => {
  it("style 4: a failed step leaves its condition False with the message on the object", async () => {
    const object = { status: { conditions: [] as unknown[] } };
    const steps = [
      { type: "ConfigMapReconciled", run: done },
      { type: "ServiceReconciled", run: failing },
      { type: "DeploymentReconciled", run: done },
    ];
    const { conditions, retry } = await reconcileSteps(steps, signal);
    object.status.conditions = [...conditions];
    expect(retry).toBe(true);
    expect(object.status.conditions).toEqual([
      { type: "ConfigMapReconciled", status: "True", reason: "ReconciliationSucceeded", message: "" },
      {
        type: "ServiceReconciled",
        status: "False",
        reason: "ReconciliationFailed",
        message: "cannot apply Service policy-server-default: forbidden",
      },
      {
        type: "DeploymentReconciled",
        status: "Unknown",
        reason: "WaitingForEarlierStep",
        message: "waits for ServiceReconciled",
      },
    ]);
  });

  it("needs no other pass when every step was done, and hands each the signal", async () => {
    const signals: AbortSignal[] = [];
    const run = async (given: AbortSignal): Promise<void> => void signals.push(given);
    const pass = await reconcileSteps(
      [
        { type: "A", run },
        { type: "B", run },
      ],
      signal,
    );
    expect(pass.retry).toBe(false);
    expect(pass.conditions.map(({ status }) => status)).toEqual(["True", "True"]);
    expect(signals).toEqual([signal, signal]);
  });
});
