import { describe, expect, it } from "vitest";
import { hostCall, wapcGuest } from "../../../tests/guests/text/wapc.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { accepted, rejected, start, timeoutText, validate } from "../fixtures/evaluator.ts";
import type { EvaluatorOptions } from "./evaluator.ts";

const accepting = '{"accepted":true}';
const call = hostCall("kubewarden", "net", "v1/dns_lookup_host", '"settings.test"');

/** Asks its host about its settings, and hands the answer on; accepts every request. */
const asking = wapcGuest({
  data: [...call.data, [16, accepting]],
  settings: `(return ${call.result})`,
  body: `(call $guest_response (i32.const 16) (i32.const ${accepting.length})) (i32.const 1)`,
});

function startAsking(serveCapability: EvaluatorOptions["serveCapability"], hostCapabilities = ["net/*"]) {
  const entry = { module: "asking", hostCapabilities };
  return start(
    { p: entry },
    {
      continueOnErrors: true,
      serveCapability,
      fetchModule: async () => ({ bytes: asPolicy(assemble(asking)) }),
    },
  );
}

describe("policy-server 50: a host call during settings validation", () => {
  it("is served", async () => {
    const asked: string[] = [];
    await using evaluator = await startAsking(async (path) => {
      asked.push(path);
      return { valid: true };
    });
    expect(await validate(evaluator, "p")).toEqual(accepted);
    expect(asked).toEqual(["net/v1/dns_lookup_host"]);
  });

  it("decides, where the policy lets it", async () => {
    await using evaluator = await startAsking(async () => ({ valid: false, message: "the host says so" }));
    expect(await validate(evaluator, "p")).toEqual(
      rejected("Policy settings are invalid: the host says so", 500),
    );
  });

  it("is limited in time", async () => {
    await using evaluator = await startAsking(() => new Promise(() => {}));
    expect(await validate(evaluator, "p")).toEqual(rejected(timeoutText, 500));
  });

  it("is refused when it was not granted", async () => {
    await using evaluator = await startAsking(async () => ({ valid: true }), []);
    expect((await validate(evaluator, "p")).status?.message).toContain(
      "Policy has not been granted access to the 'net/v1/dns_lookup_host' host capability. The violation has been reported.",
    );
  });
});
