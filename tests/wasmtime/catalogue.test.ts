import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { buildPolicies, policyNames } from "../../policies/build.ts";
import { requires } from "../support/requirements.ts";
import { askInOurRuntime } from "./our-runtime.ts";
import { askInWasmtime, type Question, readReply } from "./wasmtime-host.ts";

const questions: Question[] = [
  { operation: "protocol_version", payload: "" },
  { operation: "validate_settings", payload: "{}" },
  { operation: "validate_settings", payload: "null" },
];

const all = await policyNames();
/** wasmtime takes a second to compile one. */
const names =
  process.env["KUBEWARDEN_TS_SOAK"] === undefined ? all.filter((_, index) => index % 15 === 0) : all;

describe.skipIf(requires("wasmtime").skip)("the catalogue", () => {
  beforeAll(async () => {
    await buildPolicies({ only: names });
  });

  it.each(names)("policies-and-sdk 2: %s runs in wasmtime as it is built", async (name) => {
    const [file] = await buildPolicies({ only: [name] });
    const wasm = await readFile(file!.path);
    const replies = await askInWasmtime(wasm, "wapc", questions);
    expect(replies).toEqual(await askInOurRuntime(wasm, "wapc", questions));
    const settled = { answer: expect.objectContaining({ valid: expect.any(Boolean) }) };
    expect(replies.map(readReply)).toEqual([{ answer: "v1" }, settled, settled]);
  });
});
