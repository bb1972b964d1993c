import type { Logger } from "@kubewarden-ts/base";
import type { AdmissionResponse } from "@kubewarden-ts/protocol";
import type { ResponseConstraints } from "./constraints.ts";

/**
 * Says what a policy in monitor mode would have answered (policy-server 11): end-to-end tests look for the message,
 * `allowed: false` and the text of the policy. The patch is not shown, since it can hold what must not be logged.
 */
export function logMonitored(
  log: Logger,
  policyId: string,
  { allowedToMutate = false }: ResponseConstraints,
  vanilla: AdmissionResponse,
): void {
  log.info("policy evaluation (monitor mode)", {
    policy_id: policyId,
    allowed_to_mutate: allowedToMutate,
    response: describe(vanilla),
  });
}

function describe({ uid, allowed, patch, status }: AdmissionResponse): string {
  const parts = [`uid: ${JSON.stringify(uid)}`, `allowed: ${allowed}`, `mutated: ${patch !== undefined}`];
  if (status?.message !== undefined) parts.push(`message: ${JSON.stringify(status.message)}`);
  if (status?.code !== undefined) parts.push(`code: ${status.code}`);
  return `AdmissionResponse { ${parts.join(", ")} }`;
}
