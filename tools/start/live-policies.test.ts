import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { load } from "@kubewarden-ts/policy-sdk/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildLivePolicies } from "./live-policies.ts";

const caches = join(import.meta.dirname, "../../node_modules/.cache");
let folder = "";
beforeAll(async () => {
  await mkdir(caches, { recursive: true });
  folder = await mkdtemp(join(caches, "live-policies-")); // below node_modules, where Valibot is found
  await mkdir(join(folder, "demo"));
  await writeFile(join(folder, "demo/metadata.yml"), "rules: []\nmutating: false\n");
});
afterAll(() => rm(folder, { recursive: true }));

function source(message: string): string {
  return `
    import { definePolicy, reject } from "@kubewarden-ts/policy-sdk";
    import * as v from "valibot";
    export const policy = definePolicy({ settings: v.object({}), validate: () => reject("${message}") });
  `;
}

async function messageOf(path: string): Promise<string | undefined> {
  const policy = await load(new Uint8Array(await readFile(path)));
  return (await policy.run({ object: { apiVersion: "v1", kind: "Pod" } })).message;
}

it("builds a saved edit, and keeps the former module while an edit does not build", async () => {
  const events: string[] = [];
  let next = Promise.withResolvers<void>();
  const report = (event: string) => {
    events.push(event);
    next.resolve();
  };
  const save = async (text: string) => {
    next = Promise.withResolvers();
    await writeFile(join(folder, "demo/policy.ts"), text);
    await next.promise;
  };
  const out = join(folder, "out");
  await writeFile(join(folder, "demo/policy.ts"), source("first"));
  await using _policies = await buildLivePolicies({
    names: ["demo"],
    policiesFolder: folder,
    outFolder: out,
    onBuilt: (name) => report(`${name} built`),
    onProblem: (name) => report(`${name} broken`),
  });
  expect(await messageOf(join(out, "demo.wasm"))).toBe("first");
  await save(source("second"));
  expect(await messageOf(join(out, "demo.wasm"))).toBe("second");
  await save("export const policy = ;");
  expect(await messageOf(join(out, "demo.wasm"))).toBe("second");
  expect(events).toEqual(["demo built", "demo broken"]);
});
