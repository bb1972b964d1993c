import type { Condition } from "./condition.ts";
import type { StoredCondition } from "./policies/status.ts";

export interface StoredConditionsOptions {
  /** now, in milliseconds since 1970 */
  readonly nowMs: number;
  /** `metadata.generation` of the object that was looked at */
  readonly generation: number | undefined;
}

/** The longest message of a condition, in characters: with a longer one the API server refuses the whole status. */
const maxMessageLength = 32_768;

/**
 * The conditions of a status after a pass: those that the pass found, over what was stored. What the pass says nothing of
 * stays. The time of the last transition moves only when the status of a condition does, so that a pass that finds
 * nothing new gives what was stored.
 * @param stored - `status.conditions` of the object
 * @param found - what the pass says
 */
export function storedConditions(
  stored: readonly StoredCondition[] | undefined,
  found: readonly Condition[],
  { nowMs, generation }: StoredConditionsOptions,
): StoredCondition[] {
  const conditions = new Map(stored?.map((condition) => [condition.type, condition]));
  for (const condition of found) {
    const message = condition.message.slice(0, maxMessageLength).toWellFormed();
    const before = conditions.get(condition.type);
    const lastTransitionTime =
      before?.status === condition.status ? before.lastTransitionTime : timeText(nowMs);
    const observed = generation === undefined ? {} : { observedGeneration: generation };
    conditions.set(condition.type, { ...before, ...condition, message, lastTransitionTime, ...observed });
  }
  return [...conditions.values()];
}

/** As metav1.Time is written: seconds, UTC. */
function timeText(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+Z$/, "Z");
}
