import type { GroupExpression } from "@kubewarden-ts/expression";
import type { PolicyFailure } from "./errors.ts";
import type { PolicyEntry, PolicyGroupEntry } from "./policies-file.ts";

/**
 * All policies of a server at one time. A generation never changes: another one is built aside and takes its
 * place as a whole.
 */
export type Generation = ReadonlyMap<string, LoadedEntry>;
export type LoadedEntry = LoadedPolicy | LoadedGroup;

/** A module with settings that can be run, under the key that the pool gave it. */
export interface Runnable {
  readonly key: number;
  /** Limit of one evaluation in milliseconds; `undefined` for none. */
  readonly timeoutMs: number | undefined;
  /** Digest of its module. */
  readonly digest: string;
  /** Digest of its settings, as JSON. */
  readonly settingsDigest: string;
}

interface LoadedCommon {
  readonly id: string;
  /** Equal for equal entries with equal modules; empty when a module could not be had. */
  readonly revision: string;
  /** What is wrong with the revision that was to take the place of this one. */
  readonly refused?: readonly PolicyFailure[];
}

export interface LoadedPolicy extends LoadedCommon {
  readonly kind: "policy";
  readonly entry: PolicyEntry;
  readonly state: Runnable | PolicyFailure;
}

export interface LoadedGroup extends LoadedCommon {
  readonly kind: "group";
  readonly entry: PolicyGroupEntry;
  readonly members: ReadonlyMap<string, Runnable | PolicyFailure>;
  readonly expression: GroupExpression | PolicyFailure;
}

export function isFailure<T extends object>(state: T | PolicyFailure): state is PolicyFailure {
  return "policyId" in state;
}

/** Everything that keeps an entry from being used. */
export function failuresOf(entry: LoadedEntry): PolicyFailure[] {
  const parts = entry.kind === "policy" ? [entry.state] : [...entry.members.values(), entry.expression];
  return parts.filter(isFailure);
}

/** Keys of what an entry runs. */
export function keysOf(entry: LoadedEntry): number[] {
  return runnablesOf(entry).map(({ key }) => key);
}

/** Digests of the modules that an entry runs. */
export function modulesOf(entry: LoadedEntry): string[] {
  return runnablesOf(entry).map(({ digest }) => digest);
}

function runnablesOf(entry: LoadedEntry): Runnable[] {
  const states = entry.kind === "policy" ? [entry.state] : [...entry.members.values()];
  return states.filter((state): state is Runnable => !isFailure(state));
}

/** A group with a member that cannot be used rejects, naming the member. */
export function memberFailures({
  members,
}: LoadedGroup): Pick<PolicyFailure, "kind" | "message"> | undefined {
  const failed = [...members.values()].filter(isFailure);
  const [first] = failed;
  if (first === undefined) return undefined;
  const messages = failed.map(({ policyId, message }) =>
    message.includes(policyId) ? message : `${policyId}: ${message}`,
  );
  return { kind: first.kind, message: messages.join(", ") };
}
