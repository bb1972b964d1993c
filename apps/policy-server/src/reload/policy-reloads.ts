import { type Clock, errorText, type Logger } from "@kubewarden-ts/base";
import type { Evaluator, Policies } from "@kubewarden-ts/policy-evaluation";

/** How the last attempt to read the policies again ended. */
export interface LastReload {
  /** RFC 3339. */
  readonly at: string;
  /**
   * - `applied`: everything the file says is in place
   * - `partly-applied`: some policies cannot be used; what they were before goes on
   * - `refused`: the file cannot be used; all policies are what they were before
   */
  readonly outcome: "applied" | "partly-applied" | "refused";
  readonly errors?: readonly string[];
}

/** Reads the policies again when somebody asks. */
export interface PolicyReloads {
  /**
   * Puts in place what changed; whatever is wrong with the file or a policy is logged, and what worked goes on. Who asks
   * while a reload is under way waits for another one: the file may have changed after it was read.
   */
  reload(): Promise<void>;
  /** `undefined` until there was one. */
  last(): LastReload | undefined;
}

export interface PolicyReloadsOptions {
  readonly evaluator: Pick<Evaluator, "reload">;
  /** Reads the file. */
  readonly read: () => Promise<Policies>;
  /** Of the file, for the log. */
  readonly path: string;
  readonly log: Logger;
  readonly clock: Clock;
  /** Told of each attempt. */
  readonly record?: ((outcome: LastReload["outcome"]) => void) | undefined;
}

export function createPolicyReloads(options: PolicyReloadsOptions): PolicyReloads {
  const { clock, record } = options;
  let last: LastReload | undefined;
  let running: Promise<void> | undefined;
  let next: Promise<void> | undefined;

  const reload = async (): Promise<void> => {
    const ended = await reloadOnce(options);
    last = { at: new Date(clock.now()).toISOString(), ...ended };
    record?.(ended.outcome);
  };
  const begin = (): Promise<void> => {
    running = reload().finally(() => {
      running = undefined;
    });
    return running;
  };
  return {
    reload() {
      if (running === undefined) return begin();
      next ??= running.then(() => {
        next = undefined;
        return begin();
      });
      return next;
    },
    last: () => last,
  };
}

async function reloadOnce({
  evaluator,
  read,
  path,
  log,
}: PolicyReloadsOptions): Promise<Omit<LastReload, "at">> {
  try {
    const { added, changed, removed, failures } = await evaluator.reload(await read());
    const failed = failures.map(({ policyId }) => policyId);
    log.info("policies reloaded", { added, changed, removed, failed });
    if (failures.length === 0) return { outcome: "applied" };
    return { outcome: "partly-applied", errors: failures.map(({ message }) => message) };
  } catch (error) {
    const text = errorText(error);
    log.error("policies cannot be reloaded", { path, error: text });
    return { outcome: "refused", errors: text.split("\n") };
  }
}
