import { readFile } from "node:fs/promises";
import { moduleWithoutState, rewriteForRuntime } from "@kubewarden-ts/wasm";
import { expect, it } from "vitest";
import { buildPolicies } from "../../policies/build.ts";

it("policies in TypeScript are the same code, which V8 then compiles and keeps once", async () => {
  const files = await buildPolicies({ only: ["pod-privileged", "labels", "user-group-psp"] });
  const rewritten = await Promise.all(
    files.map(async ({ path }) => rewriteForRuntime(await readFile(path), { maxPages: 8192 }).wasm),
  );
  const code = rewritten.map((wasm) => Buffer.from(moduleWithoutState(wasm)).toString("base64"));
  expect(new Set(rewritten.map(({ length }) => length)).size).toBe(files.length);
  expect(new Set(code).size).toBe(1);
});
