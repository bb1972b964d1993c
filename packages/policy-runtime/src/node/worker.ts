import { readlinkSync } from "node:fs";
import { isMainThread, type MessagePort, parentPort, workerData } from "node:worker_threads";
import { createLogger, errorText } from "@kubewarden-ts/base";
import { snapshotGoCommand } from "../core/go-snapshot.ts";
import { limitNote } from "../core/guest-error.ts";
import { cutText } from "../core/output.ts";
import { prepareModule } from "../core/prepare.ts";
import { RuntimeError } from "../errors.ts";
import { createActivity } from "./activity.ts";
import { processEnvironment } from "./environment.ts";
import type { GuestHandler } from "./handler.ts";
import { JobRunner } from "./job-runner.ts";
import { boundedLine } from "./log-line.ts";
import type { FromWorker, ToWorker, WorkerStart } from "./messages.ts";

/** Of why a module is refused: what it imports, or what it is missing, may be very much. */
const maxMessageLength = 10_000;

export type { Begun, GuestHandler, PolicyHandler, ServeCapability } from "./handler.ts";

/**
 * The whole of a worker thread: call it in the module that a pool was given as `workerUrl`.
 * @example serveGuests(admissionHandler)
 */
export function serveGuests<Context, Answer>(handler: GuestHandler<Context, Answer>): void {
  if (isMainThread || parentPort === null) throw new Error("this module is the entry of a worker thread");
  serve(parentPort, workerData as WorkerStart, handler);
}

function serve<Context, Answer>(
  port: MessagePort,
  { activity: shared, limits, logLevel }: WorkerStart,
  handler: GuestHandler<Context, Answer>,
): void {
  const post = (message: FromWorker<Answer>): void => port.postMessage(message);
  const log = createLogger({
    level: logLevel,
    target: "policy_runtime",
    write(line) {
      const admitted = runner.admitLogLine();
      if (admitted === "drop") return;
      const { level, target, message, fields, spans } = boundedLine(line);
      const job = runner.loggingJob();
      post({ kind: "log", job, level, target, message, fields, spans });
      if (admitted === "write") return;
      const note =
        "the policy logs too much: what it logs further in this evaluation is dropped " +
        limitNote("max-policy-log-lines");
      post({ kind: "log", job, level: "warn", target, message: note, fields: {}, spans });
    },
  });
  const activity = createActivity(shared, Date.now);
  const environment = processEnvironment;
  const runner = new JobRunner<Context, Answer>({ handler, post, log, activity, environment, limits });

  const prepare = async ({
    id,
    bytes,
    protocol,
    snapshotGoCommands,
  }: Extract<ToWorker<Context>, { kind: "prepare" }>): Promise<void> => {
    const onStart = (): void => post({ kind: "starting", id });
    try {
      const prepared = await prepareModule(bytes, protocol, { environment, limits, onStart });
      const improving = snapshotGoCommands && prepared.layout.goResume !== undefined;
      post({ kind: "prepared", id, prepared, improving });
      if (!improving) return;
      const improved = await snapshotGoCommand(prepared, { environment, limits });
      post({ kind: "prepared", id, prepared: improved ?? prepared, improving: false });
    } catch (error) {
      const code = error instanceof RuntimeError ? error.code : "RUNTIME_MODULE_REFUSED";
      post({
        kind: "not-prepared",
        id,
        code,
        message: cutText(errorText(error), maxMessageLength),
      });
    }
  };

  port.on("message", (message: ToWorker<Context>) => {
    switch (message.kind) {
      case "policy":
        return runner.addPolicy(message.policy);
      case "forget-policy":
        return runner.forgetPolicy(message.key);
      case "jobs":
        return runner.run(message.jobs);
      case "abandon":
        return runner.abandon(message.id);
      case "host-answer":
        return runner.settleHostCall(message);
      case "prepare":
        return void prepare(message);
    }
  });
  post({ kind: "ready", threadId: systemThreadId() });
}

/** The thread as the operating system knows it, where it says so: its priority can then be lowered. */
function systemThreadId(): number | undefined {
  try {
    const id = Number(readlinkSync("/proc/thread-self").split("/").at(-1));
    return Number.isInteger(id) ? id : undefined;
  } catch {
    return undefined;
  }
}
