import { GuestTrap } from "../errors.ts";
import { createGuest } from "./guest.ts";
import type { GuestHost, GuestResult } from "./host.ts";
import { type GuestOptions, instantiate } from "./instance.ts";
import { type PreparedModule, snapshotGlobals } from "./prepared-module.ts";
import { adoptSnapshot, type Snapshot, takeSnapshot, type WaitingSnapshot } from "./snapshot.ts";
import { StopAtRead } from "./wasi/streams.ts";
import { wasiArguments } from "./wasi-call.ts";

/** Only this operation is worth a snapshot: settings are looked at once. */
const operation = "validate";

/**
 * Takes a command by Go's compiler to where it reads its request, so that evaluations can go on from there (data-plane
 * 1.6): the runtime of Go takes longer to start than most policies to decide. What the program did until then, such as
 * drawing hash seeds, is the same for all evaluations.
 *
 * This leans on what Go's compiler happens to do. So it is not done unless the program is seen to answer alike in both
 * ways, from its beginning and from there.
 * @returns the module with the snapshot, or `undefined` when it has to be started each time
 */
export async function snapshotGoCommand(
  prepared: PreparedModule,
  options: Pick<GuestOptions, "environment" | "limits">,
): Promise<PreparedModule | undefined> {
  const { isolation } = prepared;
  if (isolation.kind !== "restore") return undefined;
  const guestOptions = { ...options, hostCallsMayWait: false };
  const waiting = await runToFirstRead(prepared, isolation.snapshot, guestOptions);
  if (waiting === undefined) return undefined;
  const improved: PreparedModule = { ...prepared, isolation: { ...isolation, waiting } };
  for (const payload of madeUpPayloads) {
    if (!(await answersAlike(prepared, improved, payload, guestOptions))) return undefined;
  }
  return improved;
}

async function runToFirstRead(
  prepared: PreparedModule,
  base: Snapshot,
  options: GuestOptions,
): Promise<WaitingSnapshot | undefined> {
  const { goResume } = prepared.layout;
  if (goResume === undefined) return undefined;
  const instance = instantiate(prepared, options);
  adoptSnapshot(base, instance);
  const { state, exports } = instance;
  const host = deafHost();
  state.host = host;
  state.args = wasiArguments(operation);
  state.stopsAtRead = true;
  try {
    await instance.enter("_start");
    return undefined;
  } catch (error) {
    if (!(error instanceof StopAtRead)) return undefined;
  }
  const hasSpoken = state.stdout.take().length > 0 || state.printed.take() !== "";
  const stackPointer = exports[goResume.stackPointer];
  if (hasSpoken || host.wasCalled() || !(stackPointer instanceof WebAssembly.Global)) return undefined;
  const place = Number(stackPointer.value) - 8;
  if (place < 0) return undefined;
  // What Go's loop calls next: the reading function, from its beginning.
  state.memory.write(place, new Uint8Array(new BigUint64Array([BigInt(goResume.readerIndex) << 16n]).buffer));
  const snapshot = takeSnapshot(instance, snapshotGlobals(prepared.layout), base);
  return { operation, snapshot, resume: goResume.exportName };
}

async function answersAlike(
  prepared: PreparedModule,
  improved: PreparedModule,
  payload: Uint8Array,
  options: GuestOptions,
): Promise<boolean> {
  const ask = (module: PreparedModule): Promise<GuestResult> =>
    Promise.resolve(createGuest(module, options).call({ operation, pieces: [payload] }, deafHost()));
  const expected = await ask(prepared);
  const guest = createGuest(improved, options);
  // Twice: what is restored must answer as what was adopted.
  for (let turn = 0; turn < 2; turn++) {
    const result = await guest.call({ operation, pieces: [payload] }, deafHost());
    if (!isSame(expected, result)) return false;
    if (!guest.restore()) break;
  }
  return true;
}

function isSame(left: GuestResult, right: GuestResult): boolean {
  if (left.printed !== right.printed) return false;
  if (left.kind === "failure" || right.kind === "failure") {
    return (
      left.kind === right.kind &&
      left.kind === "failure" &&
      right.kind === "failure" &&
      left.text === right.text
    );
  }
  return (
    left.bytes.length === right.bytes.length && left.bytes.every((byte, index) => byte === right.bytes[index])
  );
}

/** Answers nothing: a module that is being prepared belongs to no policy yet. */
function deafHost(): GuestHost & { wasCalled(): boolean } {
  let called = false;
  return {
    call() {
      called = true;
      throw new GuestTrap("host calls are not available while the module is prepared");
    },
    print() {},
    suspended() {},
    resumed() {},
    wasCalled: () => called,
  };
}

const encoder = new TextEncoder();
const pod = {
  uid: "00000000-0000-0000-0000-000000000000",
  kind: { group: "", version: "v1", kind: "Pod" },
  resource: { group: "", version: "v1", resource: "pods" },
  operation: "CREATE",
  namespace: "default",
  name: "made-up",
  userInfo: { username: "made-up" },
  object: {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "made-up", labels: { app: "made-up" } },
    spec: { containers: [{ name: "main", image: "made-up:1" }] },
  },
};
/** A request as it comes, and one that no policy expects. */
const madeUpPayloads = [{ request: pod, settings: {} }, {}].map((payload) =>
  encoder.encode(JSON.stringify(payload)),
);
