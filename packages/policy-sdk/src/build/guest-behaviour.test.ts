import { fileURLToPath } from "node:url";
import {
  createGuest,
  defaultLimits,
  type GuestEnvironment,
  type GuestHost,
  prepareModule,
} from "@kubewarden-ts/policy-runtime/core";
import { diff, formatPatch, MAX_JSON_DEPTH, parseLossless } from "@kubewarden-ts/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policy as levels } from "../../fixtures/levels.ts";
import { dispatch } from "../guest/dispatch.ts";
import { load, type SettingsOutcome, validateSettings } from "../testing/index.ts";
import { createPolicyBuilder, type PolicyBuilder } from "./policy-builder.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}.ts`, import.meta.url));
const environment: GuestEnvironment = {
  now: () => 0,
  monotonic: () => performance.now(),
  fillRandom: (bytes) => void bytes.fill(0),
  sleep: () => ({ done: Promise.resolve(), cancel() {} }),
};
const noHost: GuestHost = { call: () => new Uint8Array(), print() {}, suspended() {}, resumed() {} };

let builder: PolicyBuilder;
beforeAll(() => {
  builder = createPolicyBuilder();
});
afterAll(() => builder[Symbol.asyncDispose]());

/** What a built file answers an operation with, as text. */
async function answerOf(wasm: Uint8Array, abi: "wapc" | "wasi", operation: string, payload: string) {
  const prepared = await prepareModule(wasm, abi, { environment, limits: defaultLimits });
  const guest = createGuest(prepared, { environment, limits: defaultLimits, hostCallsMayWait: false });
  const result = await guest.call({ operation, pieces: [new TextEncoder().encode(payload)] }, noHost);
  return result.kind === "answer" ? new TextDecoder().decode(result.bytes) : result;
}

const request = `{"uid":"u","kind":{"group":"","version":"v1","kind":"Pod"},"operation":"CREATE","object":{}}`;

describe("policies-and-sdk 1: a built policy answers as in process", () => {
  it.each([
    [
      "validate",
      `{"request":${request},"settings":{"level":"high"}}`,
      '{"accepted":false,"message":"no name"}',
    ],
    ["validate_settings", '{"level":"low"}', '{"valid":true}'],
    ["protocol_version", "", '"v1"'],
  ])("over waPC to %s", async (operation, payload, expected) => {
    const { wasm } = await builder.build({ entry: fixture("levels"), abi: "wapc" });
    expect(await answerOf(wasm, "wapc", operation, payload)).toBe(expected);
    expect(dispatch(levels, operation, payload)).toBe(expected);
  });

  it.each([
    [
      "validate",
      `{"request":${request},"settings":{"level":"high"}}`,
      '{"accepted":false,"message":"no name"}',
    ],
    ["validate-settings", '{"level":"low"}', '{"valid":true}'],
  ])("over WASI to %s", async (operation, payload, expected) => {
    const { wasm } = await builder.build({ entry: fixture("levels"), abi: "wasi" });
    expect(await answerOf(wasm, "wasi", operation, payload)).toBe(expected);
    expect(dispatch(levels, operation, payload)).toBe(expected);
  });

  it.each(["wapc", "wasi"] as const)("%s: to an unknown operation with an error", async (abi) => {
    const { wasm } = await builder.build({ entry: fixture("levels"), abi });
    expect(await answerOf(wasm, abi, "other", "")).toMatchObject({
      text: expect.stringContaining('No handler registered for function "other"'),
    });
  });
});

describe.each(["function", "wapc", "wasi"] as const)("settings of a policy run as %s", (way) => {
  let ask: (settings: unknown) => Promise<SettingsOutcome>;
  beforeAll(async () => {
    if (way === "function") ask = async (settings) => validateSettings(levels, settings);
    else {
      const policy = await load((await builder.build({ entry: fixture("levels"), abi: way })).wasm);
      ask = (settings) => policy.validateSettings(settings);
    }
  });

  it.each<[unknown, string]>([
    [{}, "level: expected a value, got nothing"],
    [null, "level: expected a value, got nothing"],
    [{ level: null }, 'level: expected ("low" | "high"), got null'],
    [{ level: "middle" }, 'level: expected ("low" | "high"), got "middle"'],
    [{ level: "low", size: 1 }, "size: unknown setting"],
    [{ level: "low", limits: {} }, "limits: expected array, got object"],
    [{ level: "low", limits: [[]] }, "limits.0: expected object, got array"],
    [{ level: "low", limits: [{ max: 1 }, { max: "2" }] }, "limits.1.max: expected number, got string"],
    [
      { level: "low", limits: [{ min: 1 }] },
      "limits.0.max: expected a value, got nothing; limits.0.min: unknown setting",
    ],
    [[], "settings: expected object, got array"],
    ["low", "settings: expected object, got string"],
  ])("policies-and-sdk 9: %j are refused with path, expected and received", async (settings, message) => {
    expect(await ask(settings)).toEqual({ valid: false, message });
  });

  it("policies-and-sdk 9: right ones are valid", async () => {
    expect(await ask({ level: "high", limits: [{ max: 1 }] })).toEqual({ valid: true });
  });
});

describe.each(["wapc", "wasi"] as const)("a file of ABI %s", (abi) => {
  it("policies-and-sdk 6: a mutation of one field is a patch of that field only", async () => {
    const { wasm } = await builder.build({ entry: fixture("relabel"), abi });
    const object =
      '{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a","labels":{"x/y":"z"},"generation":9007199254740993},' +
      '"spec":{"unknownField":[1.0,1e300,{"deep":-0}],"nodeName":"n"}}';
    const payload = `{"request":${request.replace('"object":{}', `"object":${object}`)},"settings":{}}`;
    const answer = await answerOf(wasm, abi, "validate", payload);
    const mutated = String(answer).slice('{"accepted":true,"mutated_object":'.length, -1);
    expect(formatPatch(diff(parseLossless(object), parseLossless(mutated)))).toBe(
      '[{"op":"add","path":"/metadata/labels/checked","value":"yes"}]',
    );
  });

  it("policies-and-sdk 12: takes the deepest object that a host lets through, and one of 1 MB", async () => {
    const policy = await load((await builder.build({ entry: fixture("relabel"), abi })).wasm);
    const depth = MAX_JSON_DEPTH - 10;
    const deep = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    const wide = Array.from({ length: 20_000 }, (_, index) => ({ name: `field ${index} é`, value: index }));
    for (const spec of [deep, wide]) {
      const { mutatedObject } = await policy.run({ object: { kind: "Pod", spec } });
      expect(mutatedObject).toEqual({ kind: "Pod", spec, metadata: { labels: { checked: "yes" } } });
    }
  });
});
