// Every limit has a default, a flag, and a text that names the flag.
import { limitFlags, limitsOf } from "@kubewarden-ts/policy-evaluation";
import { defaultLimits, type GuestLimits, type GuestProtocol } from "@kubewarden-ts/policy-runtime";
import { describe, expect, it } from "vitest";
import { regoGuest, regoGuests } from "../guests/text/rego.ts";
import { callingHost, wapcGuest, wapcGuests } from "../guests/text/wapc.ts";
import { wasiGuests } from "../guests/text/wasi.ts";
import { addPolicy, hostilePool } from "./hostile-pool.ts";
import { ask, loneGuest } from "./lone-guest.ts";

const endlessCalls = wapcGuest({
  body: `(loop $again (drop (call $host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))) (br $again)) (i32.const 1)`,
});
const longPayload = wapcGuest({
  body: `(call $host_call (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
    (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 2000))`,
});
const longText = regoGuest({
  bodies: {
    opa_eval_ctx_get_result:
      "(memory.fill (i32.const 70000) (i32.const 97) (i32.const 5000)) (i32.const 70000)",
  },
});

type Row = [limit: keyof GuestLimits, what: string, protocol: GuestProtocol, module: string, flag: string];
const small: Partial<GuestLimits> = {
  maxMemoryPages: 32,
  maxOutputBytes: 1024,
  maxHostCalls: 5,
  maxHostAnswerBytes: 1,
};

describe("what is said of a limit", () => {
  it.each<Row>([
    [
      "maxMemoryPages",
      "memory of waPC guests",
      "wapc",
      wapcGuests["exhaust-memory"],
      "max-policy-memory-mib",
    ],
    [
      "maxMemoryPages",
      "memory of Rego modules",
      "rego",
      regoGuests["exhaust-memory"],
      "max-policy-memory-mib",
    ],
    ["maxOutputBytes", "an answer", "wapc", wapcGuests["long-answer"], "max-policy-output-bytes"],
    ["maxOutputBytes", "standard output", "wasi", wasiGuests["flood-output"], "max-policy-output-bytes"],
    ["maxOutputBytes", "a payload", "wapc", longPayload, "max-policy-output-bytes"],
    ["maxOutputBytes", "a text of a Rego module", "rego", longText, "max-policy-output-bytes"],
    ["maxHostCalls", "host calls", "wapc", endlessCalls, "max-host-calls"],
    [
      "maxHostAnswerBytes",
      "answers of the host",
      "wapc",
      callingHost("a", "b", "c", "d"),
      "max-host-answer-bytes",
    ],
  ])("names its flag: %s, %s", async (limit, _what, protocol, module, flag) => {
    const limits = { [limit]: small[limit] };
    const answered = { call: async () => new Uint8Array(limit === "maxHostAnswerBytes" ? 2 : 0) };
    expect(await ask(await loneGuest(module, protocol, { limits }), answered)).toMatch(
      new RegExp(`^failure .*--${flag} sets the limit\\)$`),
    );
  });

  it("names its flag: the memory that a module begins with", async () => {
    await using pool = await hostilePool();
    await expect(addPolicy(pool, wapcGuests["wants-4-gib"])).rejects.toHaveProperty(
      "message",
      "the module starts with 4096 MiB of memory, 512 MiB are allowed (--max-policy-memory-mib sets the limit)",
    );
  });
});

describe("the flags", () => {
  type Flag = keyof typeof limitFlags;
  const flags = Object.keys(limitFlags) as Flag[];
  const valuesOf = (value: (flag: Flag) => number): Record<Flag, number> => ({
    "max-policy-memory-mib": value("max-policy-memory-mib"),
    "max-policy-output-bytes": value("max-policy-output-bytes"),
    "max-policy-log-lines": value("max-policy-log-lines"),
    "max-host-calls": value("max-host-calls"),
    "max-host-answer-bytes": value("max-host-answer-bytes"),
    "max-waiting-memory-mib": value("max-waiting-memory-mib"),
  });
  const initial = (flag: Flag): number => limitFlags[flag].default;

  it("have the limits of the runtime as their defaults", () => {
    expect(limitsOf(valuesOf(initial))).toEqual(defaultLimits);
  });

  it.each(flags)("move a limit: --%s", (moved) => {
    expect(limitsOf(valuesOf((flag) => (flag === moved ? 77 : initial(flag))))).not.toEqual(defaultLimits);
  });

  it("move every limit but that of printed text", () => {
    const moved = limitsOf(valuesOf(() => 77));
    const same = (Object.keys(defaultLimits) as (keyof GuestLimits)[]).filter(
      (name) => moved[name] === defaultLimits[name],
    );
    expect(same).toEqual(["maxPrintBytes"]);
  });
});
