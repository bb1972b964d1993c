import type { Policy, PolicyStatus, StoredCondition } from "@kubewarden-ts/api/policies";
import type { RecordedEvent } from "@kubewarden-ts/kube";
import { shortText } from "./short-text.ts";

type Told = Pick<RecordedEvent, "type" | "reason" | "message">;

/** What people should hear of a change of a policy's status. */
export function statusEvents(policy: Policy, after: PolicyStatus): Told[] {
  return [...phaseEvents(policy, after), ...problemEvents(policy, after)];
}

function phaseEvents({ spec, status }: Policy, { policyStatus }: PolicyStatus): Told[] {
  if (status?.policyStatus === policyStatus) return [];
  const server = `PolicyServer ${shortText(spec.policyServer)}`;
  switch (policyStatus) {
    case "unscheduled":
      return [{ type: "Warning", reason: "PolicyUnscheduled", message: "The policy names no PolicyServer" }];
    case "scheduled": {
      const message = `${server} does not exist, or is being deleted: nothing enforces the policy`;
      return [{ type: "Warning", reason: "PolicyServerMissing", message }];
    }
    case "pending":
      return [
        { type: "Normal", reason: "PolicyPending", message: `Waiting for ${server} to run the policy` },
      ];
    case "active":
      return [{ type: "Normal", reason: "PolicyActive", message: `${server} enforces the policy` }];
  }
}

/** Conditions that name an error; a policy that is on its way is none. */
const problemReasons: readonly string[] = ["PolicyNotLoaded", "WebhookNotWritten", "UniqueNameTaken"];

function problemEvents({ status }: Policy, after: PolicyStatus): Told[] {
  const isNew = ({ type, reason, message }: StoredCondition): boolean => {
    const before = status?.conditions?.find((each) => each.type === type);
    return before?.reason !== reason || before.message !== message;
  };
  return (after.conditions ?? [])
    .filter((condition) => problemReasons.includes(condition.reason) && isNew(condition))
    .map(({ reason, message }) => ({ type: "Warning", reason, message }));
}

/** What people should hear of a write to the webhook configuration of a policy that was active before. */
export function webhookEvents(unique: string, changed: "created" | "patched" | "no"): Told[] {
  switch (changed) {
    case "created":
      return [
        { type: "Warning", reason: "WebhookRestored", message: `Webhook configuration ${unique} was gone` },
      ];
    case "patched":
      return [
        { type: "Normal", reason: "WebhookUpdated", message: `Webhook configuration ${unique} was updated` },
      ];
    case "no":
      return [];
  }
}
