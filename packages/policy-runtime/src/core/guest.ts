import { GuestExit, RuntimeError } from "../errors.ts";
import type { Ended } from "./ended.ts";
import { trapText } from "./guest-error.ts";
import { resetGuestState } from "./guest-state.ts";
import type { GuestCall, GuestHost, GuestResult } from "./host.ts";
import { abandonedTrap } from "./host-call.ts";
import { type GuestOptions, type Instance, instantiate } from "./instance.ts";
import { cutText } from "./output.ts";
import type { PreparedModule } from "./prepared-module.ts";
import { createRunner } from "./runner.ts";
import { adoptSnapshot, isWorthRestoring, restoreSnapshot, type Snapshot } from "./snapshot.ts";

/** One instance of a policy's module. It serves one call at a time. */
export interface Guest {
  /** What it is an instance of. */
  readonly module: PreparedModule;
  /** Runs one operation to its end. Answers with a promise only when the guest can wait. */
  call(call: GuestCall, host: GuestHost): GuestResult | Promise<GuestResult>;
  /** Puts the instance back to its first state; false when it has to be thrown away instead. */
  restore(): boolean;
  /** Turns it into an instance of another module with the same `code`; false when it has to be thrown away instead. */
  become(module: PreparedModule): boolean;
  /**
   * Ends the call under way: a sleep at once, a host call when the host answers or fails it. The instance is not
   * used again.
   */
  abandon(): void;
  /** Size of its memory, in bytes. */
  memoryBytes(): number;
}

/** Makes a guest that is ready to be called. */
export function createGuest(prepared: PreparedModule, options: GuestOptions): Guest {
  const instance = instantiate(prepared, options);
  const memory = memoryOf(prepared, instance);
  const start = snapshotOf(prepared);
  if (start !== undefined) adoptSnapshot(start, instance);
  let module = prepared;
  let runner = createRunner(module, instance);
  let intact = true;

  const result = (ended: Ended): GuestResult => {
    const { state } = instance;
    const { hostCalls, hostAnswerBytes } = state;
    const outputBytes = ended.kind === "answer" ? ended.bytes.length : 0;
    const usage = { memoryBytes: memory.bytes(), outputBytes, hostCalls, hostAnswerBytes };
    return { ...ended, printed: state.printed.take(), usage };
  };
  const failed = (thrown: unknown): GuestResult => {
    // A guest may have caught what ended it, and failed in another way then.
    const error = thrown instanceof RuntimeError ? thrown : (instance.state.ended ?? thrown);
    intact = intact && error instanceof GuestExit;
    const text = failureText(error, module, instance, memory.wasRefused());
    return result({ kind: "failure", text: cutText(text, maxFailureText) });
  };

  return {
    get module() {
      return module;
    },
    call(call, host) {
      resetGuestState(instance.state, host);
      try {
        const ended = runner.run(call);
        return ended instanceof Promise ? ended.then(result).catch(failed) : result(ended);
      } catch (error) {
        return failed(error);
      }
    },
    restore() {
      const { restorePoint } = runner;
      if (!intact || restorePoint === undefined) return false;
      if (!isWorthRestoring(restorePoint, instance.memory)) return false;
      restoreSnapshot(restorePoint, instance);
      return true;
    },
    become(other) {
      const snapshot = snapshotOf(other);
      if (!intact || snapshot === undefined || other.code === undefined || other.code !== module.code)
        return false;
      if (!isWorthRestoring(snapshot, instance.memory)) return false;
      adoptSnapshot(snapshot, instance);
      module = other;
      runner = createRunner(module, instance);
      return true;
    },
    abandon() {
      intact = false;
      instance.state.abandoned = true;
      instance.state.cancelSleep?.(abandonedTrap());
    },
    memoryBytes: memory.bytes,
  };
}

function snapshotOf({ isolation }: PreparedModule): Snapshot | undefined {
  return isolation.kind === "restore" ? isolation.snapshot : undefined;
}

/** Nobody reads more: an error of a guest, with what is said around it. */
const maxFailureText = 66_000;

/** What is said of a guest that did not end by itself (policy-runtime 2.3, 3). */
function failureText(
  error: unknown,
  { protocol }: PreparedModule,
  { state }: Instance,
  memoryWasRefused: boolean,
): string {
  if (error instanceof RuntimeError) return error.message;
  const trap = trapText(error);
  const text = memoryWasRefused ? `${trap} (${memoryRefusal(state.limits.maxMemoryPages)})` : trap;
  if (protocol === "wapc") return `Guest call failure: ${text}`;
  const printed = protocol === "wasi" ? state.printed.peek().trim() : "";
  return printed === "" ? text : printed;
}

const pageBytes = 65_536;

function memoryRefusal(maxPages: number): string {
  const mebibytes = (maxPages * pageBytes) / 2 ** 20;
  return `the policy asked for more than the ${mebibytes} MiB of memory it may have, --max-policy-memory-mib sets the limit`;
}

/** The memory as the guest sees it: behind what is left of earlier evaluations it may end earlier than the real one. */
function memoryOf({ layout }: PreparedModule, { exports, memory }: Instance) {
  const readGlobal = (name: string | undefined): number | undefined => {
    const global = name === undefined ? undefined : exports[name];
    return global instanceof WebAssembly.Global ? Number(global.value) : undefined;
  };
  return {
    bytes: (): number =>
      (readGlobal(layout.virtualPages) ?? memory.buffer.byteLength / pageBytes) * pageBytes,
    wasRefused: (): boolean => readGlobal(layout.memoryRefused) === 1,
  };
}
