import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GuestMemory } from "../../packages/policy-runtime/src/core/guest-memory.ts";
import { createGuestState } from "../../packages/policy-runtime/src/core/guest-state.ts";
import { defaultLimits } from "../../packages/policy-runtime/src/core/index.ts";
import { wapcImports, wasiHostCall } from "../../packages/policy-runtime/src/core/wapc.ts";
import { wasiImports } from "../../packages/policy-runtime/src/core/wasi/preview1.ts";
import { GuestExit, GuestTrap } from "../../packages/policy-runtime/src/errors.ts";
import { processEnvironment } from "../../packages/policy-runtime/src/node/environment.ts";

function hostOf(pages: number) {
  const memory = new WebAssembly.Memory({ initial: pages });
  // No call of these tests waits.
  const sleep = () => ({ done: Promise.resolve(), cancel() {} });
  const environment = { ...processEnvironment, sleep };
  const state = createGuestState(new GuestMemory(memory), environment, defaultLimits);
  state.args = [new TextEncoder().encode("policy.wasm"), new TextEncoder().encode("validate")];
  state.payload = [new TextEncoder().encode("payload")];
  state.operation = new TextEncoder().encode("validate");
  state.hostResponse = state.hostError = new TextEncoder().encode("answer");
  state.stdin.push(new TextEncoder().encode("input"));
  const write = (_descriptor: number, bytes: Uint8Array): void => state.printed.push(bytes);
  const functions: Record<string, (...args: never[]) => unknown> = {
    ...wasiImports(state, "wasi_snapshot_preview1", write),
    ...wapcImports(state),
    call: wasiHostCall(state),
  };
  return { memory, state, functions };
}

type HostFunctions = ReturnType<typeof hostOf>["functions"];

/** Calls a function as a guest does, which may declare it with other types than it has. */
function call(functions: HostFunctions, name: string, args: readonly unknown[]): unknown {
  return Reflect.apply(functions[name] ?? expect.unreachable(name), undefined, args);
}

const names = Object.keys(hostOf(1).functions);
const last = 65_536;
const pointer = fc.oneof(
  fc.integer(),
  fc.nat(200),
  fc.constantFrom(0, -1, -8, last - 8, last - 4, last, 0x7fff_ffff, -0x8000_0000),
);
/** As they come from a guest: also where it declares another type than the function has. */
const argument = fc.oneof(
  { arbitrary: pointer, weight: 12 },
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.double(),
  fc.constantFrom(null, undefined, {}),
);

describe("functions of the host, called with anything", () => {
  it.each(names)("%s answers with a number, or traps", async (name) => {
    await fc.assert(
      fc.asyncProperty(fc.array(argument, { minLength: 9, maxLength: 9 }), async (args) => {
        const { functions, memory } = hostOf(1);
        try {
          const answer = await call(functions, name, args);
          expect(["number", "undefined"]).toContain(typeof answer);
        } catch (error) {
          // A TypeError is what the engine itself throws for a number of another type.
          const isOurs =
            error instanceof GuestTrap || error instanceof GuestExit || error instanceof TypeError;
          if (!isOurs) throw error;
        }
        expect(memory.buffer.byteLength).toBe(last);
      }),
      { numRuns: 150 },
    );
  });
});

describe("addresses at the end of a memory of 4 GiB", () => {
  const end = -8;
  it.each<[string, number[]]>([
    ["args_get", [128, end]],
    ["args_get", [-4, 64]],
    ["__guest_request", [64, end + 2]],
    ["__host_response", [end + 4]],
    ["random_get", [end, 16]],
    ["clock_time_get", [0, 0, end + 4]],
    ["fd_fdstat_get", [1, end]],
    ["fd_write", [1, end + 4, 1, 64]],
    ["poll_oneoff", [end, 64, 1, 64]],
    ["__guest_response", [end, 16]],
  ])("do not begin again at its start: %s%j", (name, args) => {
    const { functions, memory } = hostOf(65_536);
    expect(() => call(functions, name, args)).toThrow(/out of bounds memory access/);
    expect(new Uint8Array(memory.buffer, 0, 64).every((byte) => byte === 0)).toBe(true);
  });
});

describe("what a guest does not have", () => {
  const absent = names.filter((name) =>
    /^(path|sock)_|^fd_(pre|pread|pwrite|readdir|allocate|renumber)/.test(name),
  );
  it.each(absent)("is said to be a descriptor that is not there: %s", (name) => {
    const { functions, memory } = hostOf(1);
    for (const descriptor of [0, 3, 4]) {
      expect(call(functions, name, [descriptor, 0, 8, 8, 0, 0, 0, 0, 16])).toBe(8);
    }
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });

  it("is not in its environment, however full that of the host is", () => {
    const { functions, memory } = hostOf(1);
    new Uint8Array(memory.buffer, 0, 8).fill(1);
    expect(call(functions, "environ_sizes_get", [0, 4])).toBe(0);
    expect(call(functions, "environ_get", [64, 128])).toBe(0);
    expect(new Uint8Array(memory.buffer).every((byte) => byte === 0)).toBe(true);
  });
});
