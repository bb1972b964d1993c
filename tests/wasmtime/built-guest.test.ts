import { join } from "node:path";
import { type Abi, buildPolicy } from "@kubewarden-ts/policy-sdk/build";
import { admissionRequest } from "@kubewarden-ts/policy-sdk/testing";
import { MAX_JSON_DEPTH } from "@kubewarden-ts/protocol";
import { beforeAll, describe, expect, it } from "vitest";
import { requires } from "../support/requirements.ts";
import { askInOurRuntime } from "./our-runtime.ts";
import { askInWasmtime, type Question, type Reply, readReply } from "./wasmtime-host.ts";

const needs = requires("wasmtime");
const abis: readonly Abi[] = ["wapc", "wasi"];

async function buildFixture(name: string, abi: Abi): Promise<Uint8Array> {
  const entry = join(import.meta.dirname, "../../packages/policy-sdk/fixtures", `${name}.ts`);
  return (await buildPolicy({ entry, abi })).wasm;
}

const host = { "kubewarden/net/v1/dns_lookup_host": '{"ips":["192.0.2.1"]}', "kubewarden/tracing/log": "" };
const deed = (name: string, answers: Question["host"] = host): Question => ({
  ...{ operation: "validate", payload: JSON.stringify({ request: name, settings: {} }) },
  host: answers ?? {},
});
const failing = (text: string) => ({ error: expect.stringContaining(text) });
const noHost = "no answer for kubewarden/net/v1/dns_lookup_host";

/** What a policy does, and what comes of it; where it is no matter of the policy the two may say it in other words. */
const deeds: readonly [string, Question, object][] = [
  ["accepts", deed("accept"), { answer: { accepted: true, warnings: ["w"], audit_annotations: { k: "v" } } }],
  [
    "rejects",
    deed("reject"),
    { answer: { accepted: false, message: "no é 🍌", code: 418, warnings: ["w"] } },
  ],
  ["mutates", deed("mutate"), { answer: { accepted: true, mutated_object: { a: 1 } } }],
  ["throws an error", deed("throw-error"), failing("broken é 🍌 ")],
  ["throws an error of a kind", deed("throw-type-error"), failing("TypeError: broken")],
  ["throws a text", deed("throw-text"), failing("broken text é")],
  ["answers nothing", deed("nothing"), failing("validate returned undefined")],
  ["answers a promise", deed("promise"), failing("validate returned")],
  ["calls its host", deed("look-up"), { answer: { accepted: true, warnings: ["192.0.2.1"] } }],
  ["gets the error of its host", deed("look-up", {}), failing(noHost)],
  [
    "catches the error of its host",
    deed("look-up-caught", {}),
    { answer: { accepted: false, message: `net/v1/dns_lookup_host: ${noHost}` } },
  ],
  ["logs", deed("log"), { answer: { accepted: true } }],
  ["uses what the engine offers", deed("globals"), { answer: expect.objectContaining({ accepted: true }) }],
  ["takes all its memory", deed("allocate"), failing("out of memory")],
];

describe.skipIf(needs.skip).each(abis)("a policy as %s that", (abi) => {
  const questions = [...deeds.map(([, question]) => question), deed("recurse"), deed("accept")];
  let inWasmtime: Reply[];
  let inOurs: Reply[];
  beforeAll(async () => {
    const wasm = await buildFixture("deeds", abi);
    inWasmtime = await askInWasmtime(wasm, abi, questions);
    inOurs = await askInOurRuntime(wasm, abi, questions);
  });

  it.each(deeds.map(([name, , expected], index) => [name, expected, index] as const))(
    "policies-and-sdk 2: %s does so in wasmtime as in our own runtime",
    (_name, expected, index) => {
      expect(inWasmtime[index]).toEqual(inOurs[index]);
      expect(readReply(inWasmtime[index]!)).toEqual(expected);
    },
  );

  it("policies-and-sdk 2, 12: recurses without end is no accept in either, and the next call works", () => {
    // Two stacks grow: that of WebAssembly, and the engine's own in the policy's memory.
    const exhausted = {
      error: expect.stringMatching(/wasm trap: (call stack exhausted|memory access out of bounds)$/),
    };
    expect([inWasmtime, inOurs].map((replies) => readReply(replies.at(-2)!))).toEqual([exhausted, exhausted]);
    expect(inWasmtime.at(-1)).toEqual(inWasmtime[0]);
  });

  it("policies-and-sdk 2, 12: reads the deepest object that a host lets through, and one of 1 MB", async () => {
    const depth = MAX_JSON_DEPTH - 10;
    const deep = JSON.parse(`${"[".repeat(depth)}${"]".repeat(depth)}`);
    const wide = Array.from({ length: 20_000 }, (_, index) => ({ name: `field ${index} é`, value: index }));
    const asked = [deep, wide].map((spec): Question => {
      const request = admissionRequest({ object: { apiVersion: "v1", kind: "Pod", spec } });
      return { operation: "validate", payload: JSON.stringify({ request, settings: {} }) };
    });
    const wasm = await buildFixture("relabel", abi);
    const replies = await askInWasmtime(wasm, abi, asked);
    expect(replies).toEqual(await askInOurRuntime(wasm, abi, asked));
    for (const reply of replies) {
      expect(readReply(reply)).toMatchObject({
        answer: { accepted: true, mutated_object: { metadata: { labels: { checked: "yes" } } } },
      });
    }
  });
});

it.skipIf(needs.skip)("wasmtime refuses a module with a feature that is off by default", async () => {
  // One function of two i64 results: i64.mul_wide_u of 0 and 0, of the proposal "wide arithmetic".
  const wasm = Uint8Array.from(
    [
      ...["00 61 73 6d 01 00 00 00", "01 06 01 60 00 02 7e 7e", "03 02 01 00"],
      "0a 0a 01 08 00 42 00 42 00 fc 16 0b",
    ]
      .join(" ")
      .split(" "),
    (byte) => Number.parseInt(byte, 16),
  );
  await expect(askInWasmtime(wasm, "wapc", [])).rejects.toThrow(/wide arithmetic/);
});
