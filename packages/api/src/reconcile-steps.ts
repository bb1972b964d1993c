import { type Condition, isFalse, isTrue, isUnknown } from "./condition.ts";

/** One thing to be done for an object, and the condition that tells of it. */
export interface ReconcileStep {
  readonly type: string;
  readonly run: (signal: AbortSignal) => Promise<void>;
}

export interface ReconcilePass {
  /** One per step, in their order. */
  readonly conditions: readonly Condition[];
  /** Whether the pass has to be made again. */
  readonly retry: boolean;
}

/**
 * Takes the steps one after the other until one fails. It never throws: the conditions say what happened, so that
 * the caller writes them to the object after a failure just as after a success (style, example 7).
 * @example const { conditions, retry } = await reconcileSteps([{ type: "DeploymentReconciled", run }], signal);
 */
export async function reconcileSteps(
  steps: readonly ReconcileStep[],
  signal: AbortSignal,
): Promise<ReconcilePass> {
  const conditions: Condition[] = [];
  let failed: string | undefined;
  for (const { type, run } of steps) {
    if (failed !== undefined) {
      conditions.push(isUnknown(type, failed));
      continue;
    }
    try {
      await run(signal);
      conditions.push(isTrue(type));
    } catch (error) {
      conditions.push(isFalse(type, error));
      failed = type;
    }
  }
  return { conditions, retry: failed !== undefined };
}
