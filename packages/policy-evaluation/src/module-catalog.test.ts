import { errorText, systemClock } from "@kubewarden-ts/base";
import { expect, it } from "vitest";
import { fetchTextPolicy } from "../fixtures/text-policies.ts";
import { ModuleRefusedError } from "./errors.ts";
import { createModuleCatalog, unusedModuleKeptMs } from "./module-catalog.ts";

// Nobody runs it.
const module = new WebAssembly.Module(Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0));
const layout = {
  ...{ memory: undefined, globals: [], virtualPages: undefined },
  ...{ memoryRefused: undefined, goResume: undefined },
};

function catalog() {
  let [now, prepared] = [0, 0];
  const created = createModuleCatalog({
    fetchModule: fetchTextPolicy,
    prepare: async () => {
      prepared++;
      return { protocol: "wapc", module, layout, isolation: { kind: "fresh", reason: "" } };
    },
    clock: { ...systemClock, now: () => now },
  });
  const load = async (name: string): Promise<string> => {
    const { digest } = await created.load(`text:wapc/${name}`, "p", 1000);
    created.endPass();
    return digest;
  };
  return {
    load,
    keepOnly: created.keepOnly,
    pass(ms: number): void {
      now += ms;
    },
    prepared: () => prepared,
  };
}

it("gives back the memory of what it fetched at the end of a pass", async () => {
  const released: string[] = [];
  const created = createModuleCatalog({
    fetchModule: async (url) => ({ ...(await fetchTextPolicy(url)), release: () => void released.push(url) }),
    prepare: async () => ({ protocol: "wapc", module, layout, isolation: { kind: "fresh", reason: "" } }),
  });
  await created.load("text:wapc/accept", "p", 1000);
  await created.load("text:wapc/accept", "q", 1000);
  expect(released).toEqual([]);
  created.endPass();
  await expect.poll(() => released).toEqual(["text:wapc/accept"]);
});

it.each([
  ["a module that cannot be had", new Error("gone"), "Error while downloading policy 'g/#m' from u: gone"],
  ["a module that may not be used", new ModuleRefusedError("not signed"), "not signed"],
])("policy-server 3: tells of %s", async (_what, failure, text) => {
  const created = createModuleCatalog({
    fetchModule: () => Promise.reject(failure),
    prepare: () => Promise.reject(new Error("nothing is prepared")),
  });
  const error = await created.load("u", "g/m", 1000).catch((reason: unknown) => reason);
  expect(errorText(error)).toBe(text);
});

it("a module that nobody uses stays prepared for ten minutes", async () => {
  const { load, keepOnly, pass, prepared } = catalog();
  const digest = await load("accept");
  keepOnly(new Set([digest]));
  keepOnly(new Set());
  pass(unusedModuleKeptMs - 1);
  keepOnly(new Set());
  await load("accept");
  expect(prepared()).toBe(1);
  pass(1);
  keepOnly(new Set());
  await load("accept");
  expect(prepared()).toBe(2);
});

it("the time begins anew when a module was used in between", async () => {
  const { load, keepOnly, pass, prepared } = catalog();
  const digest = await load("accept");
  keepOnly(new Set());
  pass(unusedModuleKeptMs - 1);
  keepOnly(new Set([digest]));
  keepOnly(new Set());
  pass(unusedModuleKeptMs - 1);
  keepOnly(new Set());
  await load("accept");
  expect(prepared()).toBe(1);
});
