import { evaluateOpa, loadData, type ValueAddress } from "@kubewarden-ts/rego";
import type { Ended } from "./ended.ts";
import type { GuestCall } from "./host.ts";
import type { Instance } from "./instance.ts";
import { builtinContext } from "./opa-guest.ts";
import { type PreparedModule, snapshotGlobals } from "./prepared-module.ts";
import { adoptSnapshot, restoreSnapshot, type Snapshot, takeSnapshot } from "./snapshot.ts";
import { callWapc, initializeWapc } from "./wapc-call.ts";
import { runWasi } from "./wasi-call.ts";

/** Has an instance do what it is asked, in the way of its protocol. */
export interface Runner {
  run(call: GuestCall): Ended | Promise<Ended>;
  /** What the instance is put back to after a call; `undefined` when it serves one call only. */
  readonly restorePoint: Snapshot | undefined;
}

export function createRunner(prepared: PreparedModule, instance: Instance): Runner {
  const { isolation, protocol } = prepared;
  const snapshot = isolation.kind === "restore" ? isolation.snapshot : undefined;
  switch (protocol) {
    case "wapc":
      return wapcRunner(instance, snapshot);
    case "wasi":
      return wasiRunner(prepared, instance, snapshot);
    case "rego":
      return regoRunner(prepared, instance, snapshot);
  }
}

function wapcRunner(instance: Instance, snapshot: Snapshot | undefined): Runner {
  const needsStart = snapshot === undefined;
  return {
    run(call) {
      const started = needsStart ? initializeWapc(instance) : undefined;
      return started === undefined ? callWapc(instance, call) : started.then(() => callWapc(instance, call));
    },
    restorePoint: snapshot,
  };
}

/** Where there is a snapshot of the program as it waits for its request, that is gone on with. */
function wasiRunner({ isolation }: PreparedModule, instance: Instance, base: Snapshot | undefined): Runner {
  const waiting = isolation.kind === "restore" ? isolation.waiting : undefined;
  if (base === undefined || waiting === undefined) {
    return { run: (call) => runWasi(instance, call), restorePoint: base };
  }
  let at = base;
  return {
    run(call) {
      const isWaiting = call.operation === waiting.operation;
      const wanted = isWaiting ? waiting.snapshot : base;
      if (at !== wanted) adoptSnapshot(wanted, instance);
      at = wanted;
      return runWasi(instance, call, isWaiting ? waiting.resume : undefined);
    },
    get restorePoint() {
      return at;
    },
  };
}

const noData = new TextEncoder().encode("{}");

/** Data that are in place in the instance's memory. */
interface LoadedData {
  readonly document: Uint8Array;
  readonly address: ValueAddress;
  /** Taken when the same data are asked for again: reading them costs more than copying what was made of them. */
  readonly snapshot: Snapshot | undefined;
}

function regoRunner(prepared: PreparedModule, instance: Instance, base: Snapshot | undefined): Runner {
  const { state } = instance;
  let loaded: LoadedData | undefined;

  const load = (document: Uint8Array): LoadedData => {
    const known = loaded?.document === document;
    if (known && loaded?.snapshot !== undefined) return loaded;
    if (loaded?.snapshot !== undefined && base !== undefined) restoreSnapshot(base, instance);
    const address = loadData(state.opa!.instance, [document]);
    const worthIt = known && base !== undefined;
    const snapshot = worthIt ? takeSnapshot(instance, snapshotGlobals(prepared.layout)) : undefined;
    return { document, address, snapshot };
  };

  return {
    run({ pieces, data = noData }) {
      const opa = state.opa!;
      opa.context = builtinContext(state);
      loaded = load(data);
      const bytes = evaluateOpa(opa.instance, { data: loaded.address, input: pieces });
      if (state.ended !== undefined) throw state.ended;
      return { kind: "answer", bytes };
    },
    get restorePoint() {
      return loaded?.snapshot ?? base;
    },
  };
}
