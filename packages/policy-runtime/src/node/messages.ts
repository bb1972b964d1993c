import type { LogFields, LogLevel } from "@kubewarden-ts/base";
import type { GuestLimits } from "../core/host.ts";
import type { GuestProtocol, PreparedModule } from "../core/prepared-module.ts";
import type { RuntimeErrorCode } from "../errors.ts";
import type { RunUsage } from "./job.ts";

/** A policy as workers know it: its module, and what the handler of the worker needs to know about it. */
export interface PolicyDefinition<Context> {
  readonly key: number;
  /** For people. */
  readonly name: string;
  /** Says which policies have the same module. */
  readonly moduleKey: number;
  /** Without a module the handler answers everything by itself. */
  readonly prepared?: PreparedModule | undefined;
  readonly context: Context;
  /** Whether its host calls may wait. */
  readonly hostCallsMayWait: boolean;
}

/** One evaluation to be run. */
export interface JobMessage {
  readonly id: number;
  readonly policyKey: number;
  readonly action: string;
  readonly body: Uint8Array;
}

export type ToWorker<Context> =
  | { kind: "policy"; policy: PolicyDefinition<Context> }
  | { kind: "forget-policy"; key: number }
  | { kind: "jobs"; jobs: readonly JobMessage[] }
  /** Nobody waits for this job any more. */
  | { kind: "abandon"; id: number }
  | { kind: "host-answer"; call: number; ok: true; value: unknown }
  | { kind: "host-answer"; call: number; ok: false; message: string }
  | { kind: "prepare"; id: number; bytes: Uint8Array; protocol: GuestProtocol; snapshotGoCommands: boolean };

export interface JobAnswer<Answer> {
  readonly id: number;
  readonly answer: Answer;
  /** Absent when no guest was asked. */
  readonly usage?: RunUsage | undefined;
}

export type FromWorker<Answer> =
  | { kind: "ready"; threadId: number | undefined }
  | { kind: "answers"; answers: readonly JobAnswer<Answer>[] }
  | { kind: "failed"; id: number; message: string }
  /** The guest waits for a clock: nobody else need know what for. */
  | { kind: "asleep"; id: number }
  /** It waits until guests of its policy give back the memory they hold; `awake` when it is begun. */
  | { kind: "held"; id: number }
  | { kind: "awake"; id: number }
  | { kind: "host-call"; call: number; job: number; path: string; input: unknown }
  | {
      kind: "log";
      /** The job it belongs to, 0 for none. */
      job: number;
      level: LogLevel;
      target: string;
      message: string;
      fields: LogFields;
      spans: readonly { name: string; fields?: LogFields }[];
    }
  /** The module is compiled; what follows is its own code. */
  | { kind: "starting"; id: number }
  /** `improving`: the module can be run, and another message follows when it can be run in less time, or cannot. */
  | { kind: "prepared"; id: number; prepared: PreparedModule; improving: boolean }
  | { kind: "not-prepared"; id: number; code: RuntimeErrorCode; message: string };

/** What a worker is started with. */
export interface WorkerStart {
  readonly activity: SharedArrayBuffer;
  readonly limits: GuestLimits;
  readonly logLevel: LogLevel;
}

/** What a worker says about jobs. */
export type JobMessageFromWorker<Answer> = Extract<
  FromWorker<Answer>,
  { kind: "answers" | "failed" | "host-call" | "asleep" | "held" | "awake" }
>;
