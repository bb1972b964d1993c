import { errorText } from "@kubewarden-ts/base";
import type { ServeCapability } from "./handler.ts";
import type { Job } from "./job.ts";
import type { FromWorker } from "./messages.ts";
import { setSuspended, type WorkerSlot } from "./worker-slot.ts";

/** Does what the guest of a suspended job asked for, and hands the answer to its worker, unless the job has left that. */
export function answerHostCall<Answer>(
  slot: WorkerSlot<Answer>,
  job: Job<Answer>,
  { call, job: id, path, input }: Extract<FromWorker<Answer>, { kind: "host-call" }>,
  serve: ServeCapability,
): void {
  job.abort ??= new AbortController();
  const answer = (message: { ok: true; value: unknown } | { ok: false; message: string }): void => {
    if (slot.jobs.get(id) !== job) return;
    setSuspended(slot, id, false);
    slot.post({ kind: "host-answer", call, ...message });
  };
  serve(path, input, job.abort.signal).then(
    (value) => answer({ ok: true, value }),
    (error: unknown) => answer({ ok: false, message: errorText(error) }),
  );
}
