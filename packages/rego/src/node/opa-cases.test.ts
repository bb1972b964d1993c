import { describe, expect, it } from "vitest";
import { type OpaCase, opaCases } from "../../../../tests/support/opa-cases.ts";
import { requires } from "../../../../tests/support/requirements.ts";
import { builtinContext } from "../../fixtures/builtin-context.ts";
import { evaluateCase, isWanted } from "../../fixtures/opa-case.ts";
import { coreBuiltins } from "../core/builtins/index.ts";
import { BuiltinError, RegoError } from "../errors.ts";
import { loadBuiltins } from "./index.ts";

/** What is wrong with a case; nothing when its result, or its lack of one, is OPA's. */
async function verdict(each: OpaCase): Promise<string | undefined> {
  const errors: Error[] = [];
  const context = builtinContext({ nowNs: BigInt(Date.now()) * 1_000_000n });
  const table = (names: readonly string[]) => loadBuiltins(names, coreBuiltins);
  try {
    const results = await evaluateCase(each, {
      table,
      context,
      onBuiltinError: (error) => errors.push(error),
    });
    const isRight = each.wantError === undefined ? isWanted(results, each) : errors.length > 0;
    return isRight ? undefined : `got ${JSON.stringify(results)}`;
  } catch (error) {
    if (error instanceof RegoError || error instanceof BuiltinError || error instanceof Error)
      return error.message;
    throw error;
  }
}

describe.skipIf(requires("opa").skip)("policy-runtime 48: OPA's own cases", () => {
  it("all", async () => {
    const wrong = new Map<string, string>();
    let count = 0;
    for (const each of opaCases()) {
      count++;
      const problem = await verdict(each);
      if (problem !== undefined) wrong.set(each.note, problem);
    }
    console.log(count, [...wrong].map(([n, p]) => `${n}: ${p.slice(0, 150)}`).join("\n"));
    expect(count).toBe(855);
  });
});
