import { describe, expect, it } from "vitest";
import { countingGuest, type WapcGuestName, wapcGuests } from "../../../../tests/guests/text/wapc.ts";
import { type WasiGuestName, wasiGuests } from "../../../../tests/guests/text/wasi.ts";
import { assemble } from "../../../../tests/support/text-guest.ts";
import { processEnvironment as environment } from "../node/environment.ts";
import { createGuest, type Guest } from "./guest.ts";
import { defaultLimits, type GuestHost, type GuestLimits, type GuestResult } from "./host.ts";
import { prepareModule } from "./prepare.ts";
import type { GuestProtocol } from "./prepared-module.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const text = (content: Uint8Array): string => new TextDecoder().decode(content);

const lookUp: GuestHost = {
  async call({ payload }) {
    return bytes(`{"looked up":${text(payload)}}`);
  },
  print() {},
  suspended() {},
  resumed() {},
};

async function guestOf(
  protocol: GuestProtocol,
  module: string,
  limits: GuestLimits = defaultLimits,
): Promise<Guest> {
  const prepared = await prepareModule(assemble(module), protocol, { environment, limits });
  return createGuest(prepared, { environment, limits, hostCallsMayWait: true });
}

const wapc = (name: WapcGuestName, limits?: GuestLimits) => guestOf("wapc", wapcGuests[name], limits);
const wasi = (name: WasiGuestName, limits?: GuestLimits) => guestOf("wasi", wasiGuests[name], limits);

/** An answer or a failure as one line. */
function line(result: GuestResult): string {
  return result.kind === "answer" ? `answer ${text(result.bytes)}` : `failure ${result.text}`;
}

async function call(guest: Guest, operation = "validate", payload = "{}", host = lookUp): Promise<string> {
  return line(await guest.call({ operation, pieces: [bytes(payload)] }, host));
}

describe("a waPC guest", () => {
  it("policy-runtime 1: gets exactly operation and payload", async () => {
    expect(await call(await wapc("echo"), "validate", '{"a":1}')).toBe('answer validate{"a":1}');
  });

  it.each<[WapcGuestName, string]>([
    ["return-0-error", "failure Guest call failure: boom"],
    ["return-0-silent", "failure Guest call failure: No error message set for call failure"],
    ["accept", 'answer {"accepted":true}'],
    ["return-1-both", 'answer {"accepted":true}'],
    ["return-1-error", "failure Guest call failure: boom"],
    ["return-1-silent", "failure Guest call failure: No error message OR response set for call success"],
  ])("policy-runtime 12: call state table, %s", async (name, expected) => {
    expect(await call(await wapc(name))).toBe(expected);
  });

  it.each<[WapcGuestName, RegExp]>([
    ["trap", /^failure Guest call failure: wasm trap: unreachable/],
    ["recurse", /^failure Guest call failure: wasm trap: call stack exhausted/],
    ["exhaust-memory", /^failure Guest call failure: wasm trap: unreachable/],
    ["response-out-of-bounds", /^failure Guest call failure: out of bounds memory access/],
    ["request-out-of-bounds", /^failure Guest call failure: out of bounds memory access/],
    ["binding-not-utf8", /^failure Guest call failure: host_call: cannot convert bd to UTF8/],
    ["exit-126-in-call", /^failure Guest call failure: exit with invalid exit status outside of \[0..126\)/],
  ])("policy-runtime 10: %s is a failure and the instance is not used again", async (name, expected) => {
    const guest = await wapc(name);
    expect(await call(guest)).toMatch(expected);
    expect(guest.restore()).toBe(false);
  });

  it("policy-runtime 14: an orderly exit of _start leaves the instance usable", async () => {
    expect(await call(await wapc("exit-0-in-start"))).toBe('answer {"accepted":true}');
  });

  it("policy-runtime 14: a failing exit of _start is a failed initialisation", async () => {
    await expect(wapc("exit-1-in-start")).rejects.toThrow("Initialization failed: exit with status 1");
  });

  it("policy-runtime 15: a reactor is initialised", async () => {
    expect(await call(await wapc("reactor"))).toBe('answer {"accepted":true}');
  });

  it.each<[WapcGuestName, RegExp]>([
    ["no-guest-call", /__guest_call/],
    ["no-memory", /does not export a memory/],
    ["unknown-import", /imports what no host offers: wapc\.__no_such_thing/],
    ["wants-4-gib", /4096 MiB/],
    ["trap-in-init", /Initialization failed: wasm trap: unreachable/],
  ])("policy-runtime 13: %s is refused when it is loaded", async (name, expected) => {
    await expect(wapc(name)).rejects.toThrow(expected);
  });

  it("policy-runtime 13: bytes that are not WebAssembly are refused when they are loaded", async () => {
    const preparation = prepareModule(bytes("<html>"), "wapc", { environment, limits: defaultLimits });
    await expect(preparation).rejects.toMatchObject({ code: "RUNTIME_MODULE_REFUSED" });
  });

  it("policy-runtime 31: reaches the host's answer with 1 and its error text with 0", async () => {
    const guest = await wapc("look-up-host");
    expect(await call(guest)).toBe('answer {"looked up":"policy.test"}');
    const denying = { ...lookUp, call: () => Promise.reject(new Error("denied: é")) };
    expect(await call(guest, "validate", "{}", denying)).toBe("failure Guest call failure: denied: é");
    const throwing: GuestHost = {
      ...lookUp,
      call() {
        throw new Error("denied at once");
      },
    };
    expect(await call(guest, "validate", "{}", throwing)).toBe("failure Guest call failure: denied at once");
  });

  it("hands over what it prints apart from its answer", async () => {
    const printed: string[] = [];
    const host = { ...lookUp, print: (line: string) => void printed.push(line) };
    expect(await call(await wapc("print"), "validate", "{}", host)).toBe('answer {"accepted":true}');
    expect(printed).toEqual(["printed"]);
  });

  it("is heard to a sensible length", async () => {
    const error = await call(await wapc("long-error"));
    expect(error.length).toBeLessThan(70_000);
    expect(error).toMatch(/^failure Guest call failure: x+… \(cut after 65536 bytes\)$/);
    expect(await call(await wapc("long-answer"))).toMatch(
      /the policy answered with more than 16777216 bytes/,
    );
  });

  it("is refused when its tables are out of all proportion", async () => {
    await expect(wapc("many-table-elements")).rejects.toThrow("9000000 elements in its tables");
  });

  it("does not get more memory than the cap", async () => {
    const guest = await wapc("exhaust-memory", { ...defaultLimits, maxMemoryPages: 18 });
    expect(await call(guest)).toMatch(/wasm trap/);
  });
});

describe("a WASI guest", () => {
  it.each<[WasiGuestName, string]>([
    ["return", 'answer {"accepted":true}'],
    ["exit-0", 'answer {"accepted":true}'],
    ["accept-with-warning", 'answer {"accepted":true}'],
    ["sees-nothing", 'answer {"accepted":true}'],
  ])("policy-runtime 3: %s answers with its standard output", async (name, expected) => {
    expect(await call(await wasi(name))).toBe(expected);
  });

  it("policy-runtime 3: gets its operation as argument and the payload as standard input", async () => {
    expect(await call(await wasi("echo"), "validate", '{"a":1}')).toBe('answer validate{"a":1}');
  });

  it.each<[WasiGuestName, RegExp]>([
    ["exit-1", /^failure boom$/],
    ["trap", /^failure boom$/],
    ["exit-1-silent", /^failure exit with status 1$/],
    ["trap-silent", /^failure wasm trap: unreachable/],
    ["exit-200", /^failure boom$/],
  ])(
    "policy-runtime 4: %s fails with its trimmed standard error, whatever it wrote elsewhere",
    async (name, expected) => {
      expect(await call(await wasi(name))).toMatch(expected);
    },
  );

  it("policy-runtime 31: gets 0 and the answer, or 1 and the error, on standard input, which then ends", async () => {
    const guest = await wasi("two-calls");
    const answers = ['{"n":1}', new Error("no")];
    const host: GuestHost = {
      ...lookUp,
      async call() {
        const next = answers.shift();
        if (next instanceof Error) throw next;
        return bytes(next ?? "");
      },
    };
    expect(await call(guest, "validate", "ignored", host)).toBe('answer 0{"n":1}01no');
  });

  it("is refused without _start", async () => {
    await expect(wasi("no-start")).rejects.toThrow("_start");
  });

  it("is ended when it writes without end", async () => {
    const guest = await wasi("flood-output", { ...defaultLimits, maxOutputBytes: 1_000_000 });
    expect(await call(guest)).toMatch(/wrote more than 1000000 bytes to standard output/);
  });
});

describe("restoring an instance", () => {
  it("policy-runtime 6: a waPC guest finds global, memory, grown memory and memory size as at first", async () => {
    const guest = await wapc("counter");
    const seen = [];
    for (let turn = 0; turn < 4; turn++) {
      seen.push(await call(guest));
      expect(guest.restore()).toBe(true);
    }
    expect(new Set(seen)).toEqual(new Set(['answer {"accepted":false,"message":"1113"}']));
  });

  it("policy-runtime 6: a WASI guest finds its state as at first", async () => {
    const guest = await wasi("counter");
    for (let turn = 0; turn < 3; turn++) {
      expect(await call(guest)).toBe('answer {"accepted":false,"message":"1"}');
      expect(guest.restore()).toBe(true);
    }
  });

  it("turns an instance into one of another module with the same code, which then answers as a new one", async () => {
    const options = { environment, limits: defaultLimits, hostCallsMayWait: true };
    const modules = await Promise.all(
      [{}, { from: 4, pages: 4 }, { from: 2, pages: 3, key: "MESSAGE" }].map((guest) =>
        prepareModule(assemble(countingGuest(guest)), "wapc", options),
      ),
    );
    const fresh = await Promise.all(modules.map((module) => call(createGuest(module, options))));
    expect(fresh).toEqual([
      'answer {"accepted":false,"message":"1113"}',
      'answer {"accepted":false,"message":"5115"}',
      'answer {"accepted":false,"MESSAGE":"3114"}',
    ]);
    const guest = createGuest(modules[0]!, options);
    for (const index of [0, 1, 0, 2, 2, 1, 2, 0]) {
      expect(guest.become(modules[index]!)).toBe(true);
      expect(guest.module).toBe(modules[index]);
      expect(await call(guest)).toBe(fresh[index]);
    }
  });

  it("does not turn an instance into one of other code, nor one that failed into anything", async () => {
    const guest = await wapc("counter");
    const [echo, trap] = [await wapc("echo"), await wapc("trap")];
    expect(guest.become(echo.module)).toBe(false);
    expect(await call(guest)).toBe('answer {"accepted":false,"message":"1113"}');
    await call(trap);
    expect(trap.become(trap.module)).toBe(false);
  });

  it("keeps an instance after an orderly exit", async () => {
    const guest = await wasi("exit-0");
    await call(guest);
    expect(guest.restore()).toBe(true);
    expect(await call(guest)).toBe('answer {"accepted":true}');
  });
});
