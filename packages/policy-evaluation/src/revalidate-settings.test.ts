import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { guest, start } from "../fixtures/evaluator.ts";
import type { Evaluator } from "./evaluator.ts";

describe("validateSettings of an evaluator", () => {
  let evaluator: Evaluator;
  beforeAll(async () => {
    const policies = { yes: guest("accept"), no: guest("reject-with-code") };
    evaluator = await start(
      {
        single: guest("accept"),
        group: { expression: "yes() && no()", message: "no", policies },
        refused: guest("reject-settings"),
      },
      { continueOnErrors: true },
    );
  });
  afterAll(() => evaluator[Symbol.asyncDispose]());

  it.each(["single", "group"])("asks the guests of a loaded %s again", async (id) => {
    expect(await evaluator.validateSettings(id)).toBeUndefined();
  });

  it("says why a policy could not be loaded", async () => {
    await expect(evaluator.validateSettings("refused")).rejects.toThrow("Policy settings are invalid");
  });

  it("knows no other policies", async () => {
    await expect(evaluator.validateSettings("other")).rejects.toThrow("there is no such policy");
  });
});
