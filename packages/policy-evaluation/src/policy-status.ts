import type { PolicyFailure } from "./errors.ts";
import { failuresOf, isFailure, type LoadedEntry, type LoadedGroup, type Runnable } from "./generation.ts";

/**
 * - `active`: what the file says is in place
 * - `outdated`: what the file says cannot be used, the last revision that could is in place
 * - `failed`: it never could be used, every request is rejected
 */
export type PolicyState = "active" | "outdated" | "failed";

/** What runs for a policy or a member of a group. */
export interface ModuleStatus {
  /** `sha256:` and 64 hex digits, of the module's file. */
  readonly digest: string;
  /** The same of its settings, written as JSON. */
  readonly settingsDigest: string;
}

/** How a policy is. Neither its settings nor its messages are part of it. */
export interface PolicyStatus {
  readonly id: string;
  readonly kind: "policy" | "group";
  readonly mode: "protect" | "monitor";
  readonly state: PolicyState;
  /** Of what is in place: 64 hex digits that change with the entry, its settings and its modules. */
  readonly revision?: string;
  readonly module?: ModuleStatus;
  /** Of a group, by name. */
  readonly members?: Readonly<Record<string, ModuleStatus | undefined>>;
  /** Why it is not `active`, one text for each thing that is wrong. */
  readonly errors?: readonly string[];
}

export function policyStatus(loaded: LoadedEntry): PolicyStatus {
  const { id, kind, entry, revision } = loaded;
  const failures = failuresOf(loaded);
  const errors = [...failures, ...(loaded.refused ?? [])].map(({ message }) => message);
  return {
    ...{ id, kind, mode: entry.policyMode, state: stateOf(loaded) },
    ...(revision !== "" && { revision }),
    ...(loaded.kind === "policy" ? moduleOf(loaded.state) : { members: membersOf(loaded) }),
    ...(errors.length > 0 && { errors }),
  };
}

function stateOf(loaded: LoadedEntry): PolicyState {
  if (failuresOf(loaded).length > 0) return "failed";
  return loaded.refused === undefined ? "active" : "outdated";
}

function moduleOf(state: Runnable | PolicyFailure): Pick<PolicyStatus, "module"> {
  const module = moduleStatus(state);
  return module === undefined ? {} : { module };
}

function membersOf({ members }: LoadedGroup): Record<string, ModuleStatus | undefined> {
  return Object.fromEntries([...members].map(([name, state]) => [name, moduleStatus(state)]));
}

function moduleStatus(state: Runnable | PolicyFailure): ModuleStatus | undefined {
  if (isFailure(state)) return undefined;
  const { digest, settingsDigest } = state;
  return { digest, settingsDigest };
}
