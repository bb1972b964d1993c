import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";

const script = join(import.meta.dirname, "setup.mjs");

it.each([
  [
    "an unknown target",
    ["everything"],
    "",
    "set-up failed: unknown target everything: start, test, cluster\n",
  ],
  [
    "an unknown part to leave out",
    ["test"],
    "go,rust",
    "set-up failed: KUBEWARDEN_TS_SKIP: unknown part rust; known: dependencies, elvish, engine, fish, go, kubernetes, opa, oras, prometheus, registry, wasmtime, zsh\n",
  ],
])("the set-up refuses %s", (_row, args, skip, message) => {
  const env = { ...process.env, KUBEWARDEN_TS_SKIP: skip };
  const { status, stderr } = spawnSync(process.execPath, [script, ...args], { env, encoding: "utf8" });
  expect([status, stderr]).toEqual([1, message]);
});
