// Builds a TypeScript policy into a WebAssembly module, and asks the module about a privileged Pod.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildPolicy } from "@kubewarden-ts/policy-sdk/build";
import { load } from "@kubewarden-ts/policy-sdk/testing";

const folder = join(import.meta.dirname, "../policies/pod-privileged");
const { wasm, metadata } = await buildPolicy({
  entry: join(folder, "policy.ts"),
  metadataPath: join(folder, "metadata.yml"),
  abi: "wapc",
});
assert.equal(metadata?.mutating, false);

const review = JSON.parse(await readFile(join(import.meta.dirname, "requests/privileged-pod.json"), "utf8"));
const policy = await load(wasm);
const outcome = await policy.run({ object: review.request.object });
assert.deepEqual(outcome, { accepted: false, message: "Privileged container is not allowed" });
