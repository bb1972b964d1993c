import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { policy as deeds } from "../../fixtures/deeds.ts";
import { jsonText } from "../../fixtures/json-text.ts";
import { parseJson, stringifyJson } from "../guest/lossless-json.ts";
import {
  fakeHost,
  GuestError,
  load,
  type Outcome,
  type RunOptions,
  run,
  validateSettings,
} from "../testing/index.ts";
import type { SettingsOutcome } from "../testing/outcome.ts";
import { type Abi, entryOf } from "./abi.ts";
import { engineUrl } from "./engine.ts";
import { createPolicyBuilder, type PolicyBuilder } from "./policy-builder.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../../fixtures/${name}.ts`, import.meta.url));

interface Runner {
  run(options: RunOptions): Promise<Outcome>;
  validateSettings(settings: unknown): Promise<SettingsOutcome>;
}

let builder: PolicyBuilder;
beforeAll(() => {
  builder = createPolicyBuilder();
});
afterAll(() => builder[Symbol.asyncDispose]());

async function runnerOf(way: "function" | Abi): Promise<Runner> {
  if (way !== "function") return load((await builder.build({ entry: fixture("deeds"), abi: way })).wasm);
  return {
    run: async (options) => run(deeds, options),
    validateSettings: async (settings) => validateSettings(deeds, settings),
  };
}

describe.each(["function", "wapc", "wasi"] as const)("a policy run as %s", (way) => {
  let runner: Runner;
  beforeAll(async () => {
    runner = await runnerOf(way);
  });

  it.each([
    ["accept", { accepted: true, warnings: ["w"], auditAnnotations: { k: "v" } }],
    ["reject", { accepted: false, message: "no é 🍌", code: 418, warnings: ["w"] }],
    ["mutate", { accepted: true, mutatedObject: { a: 1 } }],
    ["look-up", { accepted: true, warnings: ["192.0.2.1"] }],
    ["globals", { accepted: true, warnings: ["é🍌", "YWI=", '{"a":[1,"1970-01-01T00:00:00.000Z"]}'] }],
  ])("policies-and-sdk 1: answers %s", async (raw, expected) => {
    const host = fakeHost({ "net/v1/dns_lookup_host": () => ({ ips: ["192.0.2.1"] }) });
    expect(await runner.run({ raw, host })).toEqual(expected);
  });

  it.each([
    ["throw-error", "broken é 🍌 \ufffd"],
    ["throw-type-error", "TypeError: broken"],
    ["throw-text", "broken text é"],
    ["bad-code", "TypeError: reject expects a code from 400 to 599, got 200"],
  ])("policies-and-sdk 4: %s is a guest error", async (raw, text) => {
    await expect(runner.run({ raw })).rejects.toThrow(new GuestError(text));
  });

  it.each([
    ["nothing", "undefined"],
    ["promise", "a Promise"],
    ["text", "string"],
    ["number", "number"],
    ["list", "array"],
    ["object", "object"],
  ])("policies-and-sdk 5: %s is no verdict", async (raw, returned) => {
    const text = `validate returned ${returned}, expected accept(), reject() or mutate()`;
    await expect(runner.run({ raw })).rejects.toThrow(new GuestError(text));
  });

  it("policies-and-sdk 7: a refused host call is an error with the host's text, which the policy can catch", async () => {
    const host = fakeHost({
      "net/v1/dns_lookup_host": () => {
        throw new Error("not granted é");
      },
    });
    await expect(runner.run({ raw: "look-up", host })).rejects.toThrow(new GuestError("not granted é"));
    const caught = { accepted: false, message: "net/v1/dns_lookup_host: not granted é" };
    expect(await runner.run({ raw: "look-up-caught", host })).toEqual(caught);
    expect(host.calls).toEqual(
      Array(2).fill({ capability: "net/v1/dns_lookup_host", payload: "registry.test" }),
    );
  });

  it("policies-and-sdk 16: log.warn is WARNING, and a cycle does not break the verdict", async () => {
    const host = fakeHost();
    expect(await runner.run({ raw: "log", host })).toEqual({ accepted: true });
    expect(host.logs).toEqual([
      { a: 1, level: "WARNING", message: "careful" },
      { fields: expect.stringMatching(/^not JSON: /), level: "INFO", message: "cycle" },
    ]);
  });

  it.each<[unknown, string]>([
    [{ max: "1" }, "max: expected number, got string"],
    [{ max: null }, "max: expected number, got null"],
    [{ mode: "maybe" }, 'mode: expected ("on" | "off"), got "maybe"'],
    [{ max: 13 }, "13 is no good maximum"],
  ])("policies-and-sdk 9: settings %j are refused", async (settings, message) => {
    expect(await runner.validateSettings(settings)).toEqual({ valid: false, message });
    await expect(runner.run({ raw: "accept", settings })).rejects.toThrow(
      new GuestError(`invalid settings: ${message}`),
    );
  });

  it("policies-and-sdk 9: settings that are null count as {}", async () => {
    expect(await runner.validateSettings(null)).toEqual({ valid: true });
  });
});

describe.each(["wapc", "wasi"] as const)("a file of ABI %s", (abi) => {
  it("policies-and-sdk 10: is the same from the same source, imports its ABI and WASI, exports memory and entry", async () => {
    const { wasm } = await builder.build({ entry: fixture("deeds"), abi });
    await using other = createPolicyBuilder();
    expect(Buffer.from((await other.build({ entry: fixture("deeds"), abi })).wasm).equals(wasm)).toBe(true);
    const module = new WebAssembly.Module(wasm);
    const modules = WebAssembly.Module.imports(module).map((entry) => entry.module);
    expect([...new Set(modules)].sort()).toEqual(
      [abi === "wapc" ? "wapc" : "host", "wasi_snapshot_preview1"].sort(),
    );
    expect(WebAssembly.Module.exports(module)).toEqual([
      { name: "memory", kind: "memory" },
      { name: entryOf[abi], kind: "function" },
    ]);
  });

  it("policies-and-sdk 11: is below 800 KB for a small policy", async () => {
    const { wasm } = await builder.build({ entry: fixture("relabel"), abi });
    expect(wasm.length).toBeLessThan(800_000);
  });

  it.each([
    ["recurse", /^wasm trap: (call stack exhausted|memory access out of bounds)$/],
    ["allocate", /^InternalError: out of memory$/],
    ["random", /^Math\.random is not available in a policy/],
    ["timer", /^setTimeout is not available in a policy/],
  ])("policies-and-sdk 12: %s fails, and the next request is served", async (raw, text) => {
    const { wasm } = await builder.build({ entry: fixture("deeds"), abi, memoryLimitMb: 8 });
    const policy = await load(wasm);
    await expect(policy.run({ raw })).rejects.toThrow(text);
    expect(await policy.run({ raw: "mutate" })).toEqual({ accepted: true, mutatedObject: { a: 1 } });
  });

  it("policies-and-sdk 6: a mutation keeps unknown fields and numbers as they are written", async () => {
    const { wasm } = await builder.build({ entry: fixture("relabel"), abi });
    const policy = await load(wasm);
    await fc.assert(
      fc.asyncProperty(jsonText, async (spec) => {
        const object = JSON.parse(`{"kind":"Pod","spec":null,"metadata":{"labels":{}}}`);
        object.spec = parseJson(spec);
        const { mutatedObject } = await policy.run({ object });
        expect(stringifyJson(mutatedObject)).toBe(
          `{"kind":"Pod","spec":${spec},"metadata":{"labels":{"checked":"yes"}}}`,
        );
      }),
      { numRuns: 200 },
    );
  });
});

it.each(["wapc", "wasi"] as const)(
  "a debug build of ABI %s tells the author's file and line of an error",
  async (abi) => {
    const source = await readFile(fixture("deeds"), "utf8");
    const line = 1 + source.split("\n").findIndex((text) => text.includes('throw new TypeError("broken")'));
    const { wasm } = await builder.build({ entry: fixture("deeds"), abi, debug: true });
    const policy = await load(wasm);
    const text = new RegExp(`^TypeError: broken\\n +at throw-type-error \\(deeds\\.ts:${line}\\)\\n +at `);
    await expect(policy.run({ raw: "throw-type-error" })).rejects.toThrow(text);
  },
);

it("a build without debug has neither stacks nor names", async () => {
  const { wasm } = await builder.build({ entry: fixture("deeds"), abi: "wapc" });
  await expect((await load(wasm)).run({ raw: "throw-type-error" })).rejects.toThrow(/^TypeError: broken$/);
});

describe("a build", () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "policy-sdk-test-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const sdk = "@kubewarden-ts/policy-sdk";
  it.each([
    [
      "a host call",
      `import { host } from "${sdk}"; export const policy = { answer: host.net.lookupHost("x") };`,
      /the host capability net\/v1\/dns_lookup_host was called while the policy was being loaded/,
    ],
    [
      "a timer",
      "setTimeout(() => {}, 1); export const policy = {};",
      /setTimeout is not available in a policy/,
    ],
    [
      "randomness",
      "export const policy = { id: Math.random() };",
      /Math\.random is not available in a policy/,
    ],
    [
      "a file",
      'import fs from "node:fs"; export const policy = fs;',
      /^policy\.ts:1:\d+: Could not resolve "node:fs"/,
    ],
    [
      "a thrown error",
      'throw new Error("é"); export const policy = {};',
      /fails while it is loaded: Error: é/,
    ],
    ["a syntax error", "\n  const = 1;", /^policy\.ts:2:9: Expected identifier but found "="$/],
    [
      "no export `policy`",
      "export const other = 1;",
      /^policy\.ts: No matching export .* for import "policy"/,
    ],
  ])("policies-and-sdk 8: %s fails it", async (_row, source, message) => {
    const entry = join(folder, "policy.ts");
    await writeFile(entry, source);
    await expect(builder.build({ entry, abi: "wapc" })).rejects.toThrow(message);
  });

  it("of a file that is not there says so", async () => {
    const building = builder.build({ entry: join(folder, "missing.ts"), abi: "wapc" });
    await expect(building).rejects.toThrow(/^missing\.ts: Could not resolve/);
  });

  it("sees a changed source", async () => {
    const entry = join(folder, "changing.ts");
    const source = (text: string) => `import { reject } from "${sdk}";
      export const policy = { settings: { "~run": (dataset) => ({ ...dataset, typed: true }) },
        readRequest: (request) => request, validate: () => reject("${text}") };`;
    for (const message of ["first", "second"]) {
      await writeFile(entry, source(message));
      const policy = await load((await builder.build({ entry, abi: "wapc" })).wasm);
      expect(await policy.run({ object: {} })).toEqual({ accepted: false, message });
    }
  });

  it.each([0, 2_049, 1.5])("with a memory limit of %d MiB is refused", async (memoryLimitMb) => {
    const building = builder.build({ entry: fixture("deeds"), abi: "wapc", memoryLimitMb });
    await expect(building).rejects.toMatchObject({ code: "SDK_OPTIONS" });
  });

  it("policies-and-sdk 17: is refused when the engine is not the one shipped", async () => {
    const engineFolder = pathToFileURL(`${folder}/`);
    await using altered = createPolicyBuilder({ engineFolder });
    const building = () => altered.build({ entry: fixture("deeds"), abi: "wapc" });
    await expect(building()).rejects.toMatchObject({ code: "SDK_ENGINE_MISSING" });
    const engine = await readFile(engineUrl("wapc"));
    engine[engine.length - 1]! ^= 1;
    await writeFile(engineUrl("wapc", engineFolder), engine);
    await expect(building()).rejects.toMatchObject({
      code: "SDK_ENGINE_CHECKSUM",
      message: expect.stringMatching(/engine-wapc\.wasm is not the engine of this SDK: its SHA-256 is/),
    });
  });
});
