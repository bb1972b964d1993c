import { describe, expect, it } from "vitest";
import { parsePolicies } from "./policies-file.ts";
import { type Settings, settingsToJson } from "./settings.ts";

function json(settings: Settings): string {
  return new TextDecoder().decode(settingsToJson(settings));
}

/** From the text of a policies file to what the guest gets. */
function throughFile(settings: string): string {
  const entry = parsePolicies(`p: {module: m, settings: ${settings}}`, "policies.yml").get("p");
  if (entry?.kind !== "policy") throw new Error("no policy");
  return json(entry.settings);
}

describe("settingsToJson", () => {
  it.each([
    ["nothing", {}, "{}"],
    [
      "scalars",
      { a: null, b: true, c: 'x"y', d: 1n, e: 1, f: 0.5 },
      '{"a":null,"b":true,"c":"x\\"y","d":1,"e":1.0,"f":0.5}',
    ],
    ["floats", { a: 1e21, b: -0, c: 1e-7, d: -3 }, '{"a":1e+21,"b":-0.0,"c":1e-7,"d":-3.0}'],
    ["nested values", { a: [{ b: [] }, {}] }, '{"a":[{"b":[]},{}]}'],
  ])("writes %s", (_what, settings: Settings, expected) => {
    expect(json(settings)).toBe(expected);
  });

  it.each([
    ["null", "null", "{}"],
    [
      "integers beyond 2^53",
      "{n: 9007199254740993, m: -18446744073709551615}",
      '{"n":9007199254740993,"m":-18446744073709551615}',
    ],
    ["whole floats", "{n: 1.0, m: 1, e: 1e3}", '{"n":1.0,"m":1,"e":1000.0}'],
    ["`yes` as text", "{n: yes}", '{"n":"yes"}'],
    ["texts that are no Unicode", '{n: "\\uD800é"}', '{"n":"\\ud800é"}'],
    ["keys that JavaScript knows", "{__proto__: {a: 1}}", '{"__proto__":{"a":1}}'],
  ])("policy-runtime 25: keeps %s of a policies file", (_what, settings, expected) => {
    expect(throughFile(settings)).toBe(expected);
  });
});
