import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { answering, wapcGuest } from "../../../tests/guests/text/wapc.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { start, validate } from "../fixtures/evaluator.ts";
import type { Evaluator } from "./evaluator.ts";

/** Fails with what it is asked. */
const telling = wapcGuest({
  body: `(call $guest_request (i32.const 1024) (i32.const 8192))
    (call $guest_error (i32.const 8192) (local.get 1)) (i32.const 0)`,
});
const mutating = answering(
  '{"accepted":true,"mutated_object":{"n":9007199254740993,"m":9223372036854775807,"u":18446744073709551615}}',
);
const modules: Readonly<Record<string, string>> = { telling, mutating };

const small =
  '"uid":"u1","kind":{"group":"","version":"v1","kind":"Pod"},"resource":{"group":"","version":"v1","resource":"pods"},"operation":"CREATE","userInfo":{}';
const large = '{"n":9223372036854775807,"m":-9223372036854775808,"u":18446744073709551615,"f":1.0}';

describe("a guest", () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    const policies = {
      telling: { module: "telling", settings: { a: 1 } },
      mutating: { module: "mutating", allowedToMutate: true },
    };
    const fetchModule = async (name: string) => ({ bytes: asPolicy(assemble(modules[name] ?? "")) });
    evaluator = await start(policies, { fetchModule });
  });
  afterAll(() => evaluator[Symbol.asyncDispose]());

  const ask = (id: string, members: string) =>
    validate(evaluator, id, new TextEncoder().encode(`{"request":{${small}${members}}}`));

  it.each([
    ["unknown fields are dropped", ',"x":{"y":[1]},"Object":{},"response":{"allowed":true}', ""],
    ["an object that is null is an absent one", ',"object":null', ""],
    ["integers of 64 bits stay as they are", `,"object":${large}`, `,"object":${large}`],
    ["a key that stands twice in an object stays", ',"object":{"a":1,"a":2}', ',"object":{"a":1,"a":2}'],
  ])("policy-server 15: %s", async (_what, sent, seen) => {
    expect((await ask("telling", sent)).status?.message).toBe(
      `internal server error: Guest call failure: {"request":{${small}${seen}},"settings":{"a":1}}`,
    );
  });

  it("policy-server 15: integers of 64 bits reach the patch as the policy wrote them", async () => {
    const { patch = "" } = await ask("mutating", ',"object":{"n":9007199254740993,"m":9223372036854775806}');
    expect(Buffer.from(patch, "base64").toString()).toBe(
      '[{"op":"replace","path":"/m","value":9223372036854775807},{"op":"add","path":"/u","value":18446744073709551615}]',
    );
  });
});
