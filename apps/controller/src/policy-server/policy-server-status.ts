import { isDeepStrictEqual } from "node:util";
import { type Condition, storedConditions } from "@kubewarden-ts/api";
import { type PolicyServer, policyServers } from "@kubewarden-ts/api/policies";
import type { PolicyServerContext } from "./policy-server-context.ts";
import { policyServerEvents } from "./policy-server-events.ts";

/** Longer messages of conditions are refused by the API server. */
const maxMessage = 32_768;

/**
 * Writes what a pass found to the status, and what is new as Events. A pass that found nothing new writes nothing
 * (behaviour 44); fields of others stay.
 * @param inView - the PolicyServer as the view has it
 * @returns the PolicyServer as it is stored
 */
export async function writeStatus(
  { objects, events, clock, written }: PolicyServerContext,
  { server, inView }: { readonly server: PolicyServer; readonly inView: PolicyServer },
  found: readonly Condition[],
  signal: AbortSignal,
): Promise<PolicyServer> {
  const { name, generation } = server.metadata;
  const before = server.status?.conditions;
  const bounded = found.map((each) => ({ ...each, message: each.message.slice(0, maxMessage) }));
  const conditions = storedConditions(before, bounded, { nowMs: clock.now(), generation });
  if (isDeepStrictEqual(conditions, before)) return server;
  const patch = { status: { conditions } };
  const after = await objects.mergePatch(policyServers, { name }, patch, { subresource: "status", signal });
  written.set(inView, after);
  for (const event of policyServerEvents(before ?? [], conditions))
    events.record({ about: server, ...event });
  return after;
}
