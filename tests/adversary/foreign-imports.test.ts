import { describe, expect, it } from "vitest";
import { regoGuest } from "../guests/text/rego.ts";
import { wapcGuest } from "../guests/text/wapc.ts";
import { wasiGuest } from "../guests/text/wasi.ts";
import { loneGuest } from "./lone-guest.ts";

const modules = {
  wapc: (line: string) => wapcGuest({ imports: line, body: "(i32.const 1)" }),
  wasi: (line: string) => wasiGuest({ body: "" }).replace("(module", `(module ${line}`),
  rego: (line: string) => regoGuest({ imports: line }),
} as const;

// What every object of JavaScript has: `constructor.constructor` makes functions of JavaScript text.
const names = [
  ["constructor", "constructor"],
  ["constructor", "getPrototypeOf"],
  ["__proto__", "valueOf"],
  ["__proto__", "__proto__"],
  ["toString", "call"],
  ["wapc", "constructor"],
  ["wapc", "__proto__"],
  ["wasi_snapshot_preview1", "hasOwnProperty"],
  ["host", "toString"],
  ["env", "constructor"],
] as const;

describe.each(Object.keys(modules) as (keyof typeof modules)[])("a module of %s", (protocol) => {
  it.each(names)("policy-runtime 13: gets nothing of JavaScript as %s.%s", async (module, name) => {
    const line = `(import "${module}" "${name}" (func (param externref externref) (result externref)))`;
    await expect(loneGuest(modules[protocol](line), protocol)).rejects.toThrow(
      `imports what no host offers: ${module}.${name}`,
    );
    expect(Object.hasOwn(Object.prototype, name)).toBe(name in {});
  });
});
