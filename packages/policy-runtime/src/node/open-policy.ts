import type { BuiltinTable } from "@kubewarden-ts/rego";
import { createGuest, type Guest } from "../core/guest.ts";
import type { GuestEnvironment, GuestLimits } from "../core/host.ts";
import type { PreparedModule } from "../core/prepared-module.ts";
import { createGuestStore, type GuestStore } from "./guest-store.ts";
import type { PolicyHandler } from "./handler.ts";
import type { PolicyDefinition } from "./messages.ts";

/** A policy in the thread that runs it. */
export interface OpenPolicy<Answer> {
  readonly handler: PolicyHandler<Answer>;
  readonly moduleKey: number;
  /** The same object for all policies with the same `moduleKey`. */
  readonly prepared: PreparedModule | undefined;
  /** Shared by policies whose guests can stand in for each other. */
  readonly guests: GuestStore;
  /** What policies have in common that share their guests. */
  readonly kin: string;
  /** Until what its module leaves to its host is there. */
  readonly loading: Promise<void> | undefined;
}

/** Takes a guest that is ready to be asked. */
export function takeGuest({ prepared, guests }: OpenPolicy<unknown>): Guest {
  if (prepared === undefined) throw new Error("the policy has no module");
  return guests.take(prepared);
}

/** @param others - the policies that are open; what can be shared with one of them is */
export function openPolicy<Answer>(
  definition: PolicyDefinition<unknown>,
  handler: PolicyHandler<Answer>,
  {
    environment,
    limits,
    others,
  }: { environment: GuestEnvironment; limits: GuestLimits; others: Iterable<OpenPolicy<Answer>> },
): OpenPolicy<Answer> {
  const { moduleKey, hostCallsMayWait } = definition;
  const open = [...others];
  const prepared = open.find((other) => other.moduleKey === moduleKey)?.prepared ?? definition.prepared;
  const kin = kinOf(definition);
  let builtins: BuiltinTable | undefined;
  const guests =
    open.find((other) => other.kin === kin)?.guests ??
    createGuestStore((module) => createGuest(module, { environment, limits, hostCallsMayWait, builtins }));
  const policy = { handler, moduleKey, prepared, guests, kin, loading: undefined };
  const names = prepared?.opa?.builtins.filter((name) => name !== "") ?? [];
  if (names.length === 0 || environment.loadBuiltins === undefined) return policy;
  const loaded = {
    ...policy,
    loading: environment.loadBuiltins(names).then((table): void => {
      builtins = table;
      loaded.loading = undefined;
    }) as Promise<void> | undefined,
  };
  return loaded;
}

/** Rego modules keep their policy's data in their memory, which takes longer to read than the rest. */
function kinOf({ key, moduleKey, prepared, hostCallsMayWait }: PolicyDefinition<unknown>): string {
  if (prepared?.protocol === "rego") return `policy ${key}`;
  const shared = prepared?.code === undefined ? `module ${moduleKey}` : `code ${prepared.code}`;
  return `${shared}, ${prepared?.protocol}, ${hostCallsMayWait ? "waits" : "does not wait"}`;
}
