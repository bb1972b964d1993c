import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { describe, expect, it } from "vitest";
import { builtinContext } from "../../fixtures/builtin-context.ts";
import { evaluateCase, isWanted, type OpaCase } from "../../fixtures/opa-case.ts";
import type { BuiltinTable } from "../core/builtin.ts";
import { numberOf } from "../core/value.ts";
import { RegoError } from "../errors.ts";
import { loadBuiltins, nodeBuiltinNames } from "./index.ts";

// OPA's own test data, compiled to WebAssembly: the set-up writes it and says where.
const path = process.env["KUBEWARDEN_TS_OPA_CASES"] ?? "";
const folders = ["crypto", "graphql", "jsonschema", "jwt"];

const table: BuiltinTable = {
  ...(await loadBuiltins(nodeBuiltinNames)),
  "time.now_ns": (_, { nowNs }) => numberOf(nowNs),
};

async function readCases(): Promise<readonly OpaCase[]> {
  const cases: OpaCase[] = [];
  for await (const line of createInterface({ input: createReadStream(path) })) {
    const each: OpaCase = JSON.parse(line);
    if (folders.some((folder) => each.folder.startsWith(folder))) cases.push(each);
  }
  return cases;
}

/** What is wrong with a case; `skipped` when it also asks for functions that do not need Node.js. */
async function verdict(each: OpaCase): Promise<string | undefined> {
  const errors: Error[] = [];
  const context = builtinContext({ nowNs: BigInt(Date.now()) * 1_000_000n });
  try {
    const results = await evaluateCase(each, table, context, (error) => errors.push(error));
    const isRight = each.want_error === undefined ? isWanted(results, each) : errors.length > 0;
    return isRight ? undefined : `got ${JSON.stringify(results)}`;
  } catch (error) {
    const isMissing = error instanceof RegoError && error.message.startsWith("Missing Rego builtins");
    return isMissing ? "skipped" : String(error);
  }
}

describe.skipIf(path === "")("policy-runtime 48: OPA's own cases", () => {
  it("all are right, but for those that ask for other functions too", async () => {
    const cases = await readCases();
    expect(cases.length).toBeGreaterThan(300);
    const wrong: string[] = [];
    let skipped = 0;
    for (const each of cases) {
      const problem = await verdict(each);
      if (problem === "skipped") skipped++;
      else if (problem !== undefined) wrong.push(`${each.note}: ${problem}`);
    }
    expect(wrong).toEqual([]);
    expect(skipped).toBeLessThan(5);
  });
});
