import { GuestExit } from "../errors.ts";
import type { Ended } from "./ended.ts";
import type { GuestCall } from "./host.ts";
import type { Instance } from "./instance.ts";

const encoder = new TextEncoder();
const program = encoder.encode("policy.wasm");

/** The words that a command is started with. */
export function wasiArguments(operation: string): Uint8Array[] {
  return [program, encoder.encode(operation)];
}

/**
 * Runs a command once: the operation is its argument, the payload its standard input (policy-runtime 3).
 * @param entry - the export to call; another one than `_start` goes on with a program that has its arguments already
 */
export function runWasi(
  instance: Instance,
  { operation, pieces }: GuestCall,
  entry = "_start",
): Ended | Promise<Ended> {
  const { state } = instance;
  state.args = wasiArguments(operation);
  for (const piece of pieces) state.stdin.push(piece);
  try {
    const returned = instance.enter(entry);
    if (!(returned instanceof Promise)) return wasiResult(instance, undefined);
    return returned.then(
      () => wasiResult(instance, undefined),
      (error: unknown) => wasiResult(instance, error),
    );
  } catch (error) {
    return wasiResult(instance, error);
  }
}

function wasiResult({ state }: Instance, error: unknown): Ended {
  const end = state.ended ?? error;
  const isOrderly = end === undefined || (end instanceof GuestExit && end.exitCode === 0);
  if (!isOrderly) throw end;
  return { kind: "answer", bytes: state.stdout.take() };
}
