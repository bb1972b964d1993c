import type { BuiltinTable } from "@kubewarden-ts/rego";
import { createGuest } from "../core/guest.ts";
import type { GuestEnvironment, GuestLimits } from "../core/host.ts";
import { createGuestStore, type GuestStore } from "./guest-store.ts";
import type { PolicyHandler } from "./handler.ts";
import type { PolicyDefinition } from "./messages.ts";

/** A policy in the thread that runs it. */
export interface OpenPolicy<Answer> {
  readonly handler: PolicyHandler<Answer>;
  readonly guests: GuestStore;
  /** Until what its module leaves to its host is there. */
  readonly loading: Promise<void> | undefined;
}

export function openPolicy<Answer>(
  { prepared, hostCallsMayWait }: PolicyDefinition<unknown>,
  handler: PolicyHandler<Answer>,
  { environment, limits }: { environment: GuestEnvironment; limits: GuestLimits },
): OpenPolicy<Answer> {
  let builtins: BuiltinTable | undefined;
  const guests = createGuestStore(() => {
    if (prepared === undefined) throw new Error("the policy has no module");
    return createGuest(prepared, { environment, limits, hostCallsMayWait, builtins });
  });
  const names = prepared?.opa?.builtins.filter((name) => name !== "") ?? [];
  if (names.length === 0 || environment.loadBuiltins === undefined)
    return { handler, guests, loading: undefined };
  const policy = {
    handler,
    guests,
    loading: environment.loadBuiltins(names).then((table): void => {
      builtins = table;
      policy.loading = undefined;
    }) as Promise<void> | undefined,
  };
  return policy;
}
