import type { RunResult, RunUsage } from "@kubewarden-ts/policy-runtime/node";
import type { AdmissionResponse, RequestFacts } from "@kubewarden-ts/protocol";
import type { PolicyFailure } from "./errors.ts";

/** What metrics and traces tell of one evaluation (policy-server 12). It is made only where somebody observes. */
export interface Observation {
  /** `name` or `group/member` */
  readonly policyId: string;
  readonly policyMode: "protect" | "monitor";
  /** What the policy itself answered: mode, mutation constraint and custom message come later. */
  readonly vanilla: AdmissionResponse;
  /** Why the policy could not answer: it was never loaded. */
  readonly failure?: PolicyFailure["kind"] | undefined;
  /** `undefined` of raw requests. */
  readonly request: RequestFacts | undefined;
  /** Modules that were asked, in order; of a group those of its members. */
  readonly runs: readonly ObservedRun[];
}

/** One module that was asked. */
export interface ObservedRun {
  /** `name` or `group/member` */
  readonly policyId: string;
  /** When its guest was begun, in milliseconds since 1970. */
  readonly startMs: number;
  /** From there to its answer, its waiting for the host included. */
  readonly elapsedMs: number;
  /** Everything else until the answer was here: for a worker, for the request to be read. */
  readonly queueMs: number;
  /** What it was doing when its time was over. */
  readonly timedOut?: "running" | "waiting" | undefined;
  /** There was too much to do: it was not begun. */
  readonly shed?: boolean;
  readonly usage?: RunUsage | undefined;
  /** Capabilities it asked for and was not granted, once for each time. */
  readonly denied?: readonly string[] | undefined;
}

/** The part of an observation that is there before the configuration of the policy is looked at. */
export type ObservedAnswer = Pick<Observation, "request" | "runs">;

/** Who wants to know; his being there makes evaluations tell what they did. */
export interface EvaluatorObserver {
  /** A policy was asked about its settings. */
  settingsValidated(validation: SettingsValidation): void;
}

export interface SettingsValidation {
  readonly policyId: string;
  /** Milliseconds since 1970. */
  readonly startMs: number;
  readonly endMs: number;
  /** `undefined` when the settings are good. */
  readonly problem: string | undefined;
}

export function nowMs(): number {
  return performance.timeOrigin + performance.now();
}

/** Watches one run of a module, from now on. */
export function watchRun(
  policyId: string,
): (result: RunResult<unknown>, denied?: readonly string[]) => ObservedRun {
  const addedMs = nowMs();
  return (result, denied) => {
    const endMs = nowMs();
    const usage = result.kind === "answer" ? result.usage : undefined;
    const isLate = result.kind === "timed-out";
    const elapsedMs = usage?.elapsedMs ?? (isLate && result.begun ? endMs - addedMs : 0);
    return {
      ...{ policyId, elapsedMs, usage, denied },
      startMs: endMs - elapsedMs,
      queueMs: Math.max(endMs - addedMs - elapsedMs, 0),
      ...(result.kind === "shed" && { shed: true }),
      ...(isLate && { timedOut: result.begun ? "running" : "waiting" }),
    };
  };
}
