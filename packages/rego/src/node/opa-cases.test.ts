import { describe, expect, it } from "vitest";
import { type OpaCase, opaCases } from "../../../../tests/support/opa-cases.ts";
import { requires } from "../../../../tests/support/requirements.ts";
import { builtinContext } from "../../fixtures/builtin-context.ts";
import { evaluateCase, isWanted } from "../../fixtures/opa-case.ts";
import type { BuiltinTable } from "../core/builtin.ts";
import { loadBuiltins } from "./index.ts";

/** Functions that a policy may not have, and why: cases that ask for one are refused. */
const refused: Readonly<Record<string, string>> = {
  "http.send": "what a policy reaches is the host's to decide: host capabilities have no HTTP",
  "net.lookup_ip_addr": "names are looked up by the host capability, behind its allow list",
  "opa.runtime": "tells the environment of the process",
  "providers.aws.sign_req": "signs requests that cannot be sent",
  "rego.parse_module": "a compiler of Rego is no part of the host",
};

/** Not yet there: the number of cases that ask for them must go down to none. */
const missing = new Map<string, number>([]);

interface Verdicts {
  count: number;
  readonly wrong: string[];
  /** cases by the function that they ask for in vain */
  readonly lacking: Map<string, number>;
}

async function judgeAll(): Promise<Verdicts> {
  const verdicts: Verdicts = { count: 0, wrong: [], lacking: new Map() };
  for (const each of opaCases()) {
    verdicts.count++;
    const lacks: string[] = [];
    const problem = await problemOf(each, (names, table) => {
      lacks.push(...names.filter((name) => name !== "" && !Object.hasOwn(table, name)));
    });
    for (const name of lacks) verdicts.lacking.set(name, (verdicts.lacking.get(name) ?? 0) + 1);
    if (lacks.length === 0 && problem !== undefined) verdicts.wrong.push(`${each.note}: ${problem}`);
  }
  return verdicts;
}

/** What is wrong with a case; nothing when its result, or its lack of one, is OPA's. */
async function problemOf(
  each: OpaCase,
  onTable: (names: readonly string[], table: BuiltinTable) => void,
): Promise<string | undefined> {
  const errors: Error[] = [];
  const context = builtinContext({ nowNs: BigInt(Date.now()) * 1_000_000n });
  const table = async (names: readonly string[]): Promise<BuiltinTable> => {
    const functions = await loadBuiltins(names);
    onTable(names, functions);
    return functions;
  };
  try {
    const results = await evaluateCase(each, {
      table,
      context,
      onBuiltinError: (error) => errors.push(error),
    });
    const isRight = each.wantError === undefined ? isWanted(results, each) : errors.length > 0;
    return isRight ? undefined : `got ${JSON.stringify(results)}`;
  } catch (error) {
    return String(error);
  }
}

describe.skipIf(requires("opa").skip)("OPA's own cases", () => {
  it("policy-runtime 48: give OPA's results, but for those of refused functions", async () => {
    const { count, wrong, lacking } = await judgeAll();
    expect(wrong).toEqual([]);
    expect(count).toBe(855);
    const notRefused = [...lacking].filter(([name]) => !Object.hasOwn(refused, name));
    expect(notRefused).toEqual([...missing]);
    expect([...lacking.keys()].filter((name) => Object.hasOwn(refused, name)).sort()).toEqual(
      Object.keys(refused),
    );
  });
});
