import { HostCallError, host, type ResourceAttributes } from "@kubewarden-ts/policy-sdk";
import type { Combination } from "./block-rule.ts";

export type AccessAnswer = "allowed" | "denied" | "unknown";

/** Whether a user may do something; unknown when the cluster cannot be asked. */
export function checkAccess(user: string, combination: Combination): AccessAnswer {
  try {
    const { allowed } = host.kubernetes.canI({ user, resourceAttributes: attributesOf(combination) });
    return allowed ? "allowed" : "denied";
  } catch (error) {
    if (error instanceof HostCallError) return "unknown";
    throw error;
  }
}

/** The cluster knows `pods/exec` as the subresource `exec` of `pods`. */
function attributesOf({ namespace, group, resource: full, verb }: Combination): ResourceAttributes {
  const slash = full.indexOf("/");
  const named =
    slash < 0 ? { resource: full } : { resource: full.slice(0, slash), subresource: full.slice(slash + 1) };
  return { ...named, verb, group, ...(namespace === undefined ? {} : { namespace }) };
}
