import type { BuiltinTable } from "@kubewarden-ts/rego";
import { describe, expect, it } from "vitest";
import { type RegoGuestName, regoGuest, regoGuests } from "../../../../tests/guests/text/rego.ts";
import { assemble } from "../../../../tests/support/text-guest.ts";
import { processEnvironment } from "../node/environment.ts";
import { createGuest, type Guest } from "./guest.ts";
import { defaultLimits, type GuestEnvironment, type GuestHost, type GuestLimits } from "./host.ts";
import { prepareModule } from "./prepare.ts";

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function regoOf(
  module: string,
  { builtins = {}, limits = defaultLimits }: { builtins?: BuiltinTable; limits?: GuestLimits } = {},
): Promise<Guest> {
  const environment: GuestEnvironment = { ...processEnvironment, loadBuiltins: async () => builtins };
  const prepared = await prepareModule(assemble(module), "rego", { environment, limits });
  return createGuest(prepared, { environment, limits, hostCallsMayWait: false, builtins });
}

async function evaluate(guest: Guest, data?: Uint8Array, host: Partial<GuestHost> = {}): Promise<string> {
  const call = { operation: "eval", pieces: [bytes("{}")], ...(data && { data }) };
  const result = await guest.call(call, {
    call: () => Promise.reject(new Error("Rego policies make no host calls")),
    print() {},
    suspended() {},
    resumed() {},
    ...host,
  });
  return result.kind === "answer"
    ? `answer ${new TextDecoder().decode(result.bytes)}`
    : `failure ${result.text}`;
}

const named = (name: RegoGuestName, options?: Parameters<typeof regoOf>[1]) =>
  regoOf(regoGuests[name], options);

describe("a Rego module", () => {
  it.each<[RegoGuestName, string]>([
    ["accept", 'answer [{"result":{"response":{"uid":"","allowed":true}}}]'],
    ["abi-1.3", 'answer [{"result":{"response":{"uid":"","allowed":true}}}]'],
    ["undefined", "answer []"],
    ["abort", "failure opa_abort: it went wrong"],
    ["trap", "failure wasm trap: unreachable"],
    ["eval-code", "failure Rego wasm error: eval ended with code 3"],
    ["no-value", "failure Rego wasm error: Failed to load json in memory"],
    ["wild-malloc", "failure opa_malloc gave memory that is not there"],
    ["wild-result", "failure the module gave the address of no text"],
    ["endless-text", "failure the module gave the address of no text"],
    ["builtin-out-of-range", "failure Builtin not implemented: 99"],
  ])("policy-runtime 5: %s ends as it should", async (name, expected) => {
    expect(await evaluate(await named(name))).toBe(expected);
  });

  it.each<[RegoGuestName, RegExp]>([
    ["unknown-builtin", /^cannot build Rego engine: Missing Rego builtins: http\.send, nobody\.knows$/],
    ["no-entrypoint", /Cannot find the specified entrypoint 0 inside of \{policy\/main: 1\}/],
    ["abi-2", /version 2\.0 of OPA's ABI/],
    ["abi-1.4", /version 1\.4 of OPA's ABI/],
    ["builtin-numbers", /gave sprintf the number 4000000000/],
  ])("policy-runtime 13, 47: %s is refused when it is loaded", async (name, expected) => {
    await expect(named(name)).rejects.toThrow(expected);
  });

  it("policy-runtime 6: finds its state as at first in every evaluation", async () => {
    const guest = await named("counter");
    const seen = [];
    for (const data of [undefined, undefined, bytes("{}"), undefined]) {
      seen.push(await evaluate(guest, data));
      expect(guest.restore()).toBe(true);
    }
    expect(new Set(seen).size).toBe(1);
    expect(seen[0]).toContain('"message":"11"');
  });

  it("reads its data again only until they are known to stay the same", async () => {
    let reads = 0;
    const count: BuiltinTable = {
      count: () => {
        reads++;
        return undefined;
      },
    };
    const reading = regoGuest({
      builtins: '{"count":0}',
      bodies: { opa_json_parse: "(drop (call $opa_builtin0 (i32.const 0) (i32.const 0))) (local.get 0)" },
    });
    const guest = await regoOf(reading, { builtins: count });
    const data = bytes('{"a":1}');
    const counts = [];
    for (const document of [data, data, data, data, bytes('{"a":2}'), data]) {
      reads = 0;
      expect(await evaluate(guest, document)).toMatch(/^answer/);
      expect(guest.restore()).toBe(true);
      counts.push(reads);
    }
    // Data and input, or the input alone.
    expect(counts).toEqual([2, 2, 1, 1, 2, 2]);
  });

  const echo: BuiltinTable = {
    "strings.reverse": ([text]) => [...String(text)].reverse().join(""),
    "time.now_ns": (_operands, { nowNs }) => ({ kind: "number", text: String(nowNs) }),
    print: ([text], { print }) => {
      print(String(text));
      return true;
    },
  };
  const calling = (name: string, operand: string): string =>
    regoGuest({
      builtins: JSON.stringify({ [name]: 7 }),
      data: [[8192, operand]],
      bodies: {
        eval: "(global.set $calls (call $opa_builtin1 (i32.const 7) (i32.const 0) (i32.const 8192))) (i32.const 0)",
        opa_eval_ctx_get_result:
          "(if (result i32) (i32.eqz (global.get $calls)) (then (i32.const 1024)) (else (i32.store8 (i32.add (global.get $calls) (i32.const 5)) (i32.const 0)) (global.get $calls)))",
      },
    });

  it("policy-runtime 48: is given what a function of its host made of its operands", async () => {
    const guest = await regoOf(calling("strings.reverse", '"abc"'), { builtins: echo });
    expect(await evaluate(guest)).toBe('answer "cba"');
  });

  it("policy-runtime 48: a function that fails has no result, the host is told why", async () => {
    const notes: string[] = [];
    const { BuiltinError } = await import("@kubewarden-ts/rego");
    const failing: BuiltinTable = {
      "strings.reverse": () => {
        throw new BuiltinError("not a string");
      },
    };
    const guest = await regoOf(calling("strings.reverse", "5"), { builtins: failing });
    expect(await evaluate(guest, undefined, { note: (text) => void notes.push(text) })).toBe(
      'answer {"strings.reverse":7}',
    );
    expect(notes).toEqual(["not a string"]);
  });

  it("a function that breaks for another reason ends the evaluation: nothing is undefined for lack of room", async () => {
    const { checkSize } = await import("@kubewarden-ts/rego");
    const huge: BuiltinTable = {
      "strings.reverse": (_operands, context) => {
        checkSize(2 ** 40, context);
        return "";
      },
    };
    const guest = await regoOf(calling("strings.reverse", '"a"'), { builtins: huge });
    expect(await evaluate(guest)).toMatch(/^failure the result of a built-in function is larger than \d+ /);
    expect(guest.restore()).toBe(false);
  });

  it("is refused memory beyond its limit, and says so", async () => {
    const guest = await named("exhaust-memory", { limits: { ...defaultLimits, maxMemoryPages: 64 } });
    expect(await evaluate(guest)).toBe(
      "failure wasm trap: unreachable (the policy asked for more than the 4 MiB of memory it may have, --max-policy-memory-mib sets the limit)",
    );
  });

  it("calls no host but that of Rego", async () => {
    const foreign = regoGuest({
      imports: '(import "wapc" "__host_call" (func (param i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))',
    });
    await expect(regoOf(foreign)).rejects.toThrow("imports what no host offers: wapc.__host_call");
  });
});
