import type { StoredCondition } from "@kubewarden-ts/api/policies";
import type { RecordedEvent } from "@kubewarden-ts/kube";
import { cleanedUpType, readyType } from "./conditions.ts";

type Told = Pick<RecordedEvent, "type" | "reason" | "message">;

/** What people should hear of a change of a PolicyServer's conditions. */
export function policyServerEvents(
  before: readonly StoredCondition[],
  after: readonly StoredCondition[],
): Told[] {
  return after.flatMap((condition) => {
    const was = before.find(({ type }) => type === condition.type);
    return condition.type === readyType ? readyEvents(was, condition) : stepEvents(was, condition);
  });
}

/** Only whether it is ready is told: replicas come and go, and a step that failed has an Event of its own. */
function readyEvents(was: StoredCondition | undefined, { status, reason, message }: StoredCondition): Told[] {
  if (was?.status === status || reason === "ReconciliationFailed") return [];
  if (status === "True") return [{ type: "Normal", reason, message }];
  return was === undefined ? [] : [{ type: "Warning", reason, message }];
}

function stepEvents(was: StoredCondition | undefined, condition: StoredCondition): Told[] {
  const { type, status, reason, message } = condition;
  if (was?.status === status && was.message === message) return [];
  if (type === cleanedUpType)
    return message === "" ? [] : [{ type: "Normal", reason: "WaitingForWebhooks", message }];
  if (status === "False") return [{ type: "Warning", reason, message }];
  if (status !== "True") return [];
  if (message !== "") return [{ type: "Warning", reason: "PoliciesLeftOut", message }];
  return was?.status === "False" ? [{ type: "Normal", reason, message: `${type} after a failure` }] : [];
}
