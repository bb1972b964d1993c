import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { describe, expect, it } from "vitest";
import { requires, sharedDataFolder } from "../../../tests/support/requirements.ts";
import { checkPolicies } from "./check-policies.ts";
import { PoliciesFileError } from "./errors.ts";
import { parsePolicies } from "./policies-file.ts";

const Case = v.object({
  id: v.string(),
  policiesYml: v.string(),
  args: v.array(v.string()),
  starts: v.optional(v.boolean(), false),
  stderr: v.optional(v.string(), ""),
});
type Case = v.InferOutput<typeof Case>;

/** Recorded start-ups that something else decides than what policies.yml says. */
const decidedElsewhere =
  /^(module-(missing|not-wasm|scheme|relative|empty|spaces|directory)|settings-(invalid|host-call)|group-member-settings-bad|no-ignore-kubernetes|port-|timeout-text|addr-|unknown-option|log-|option-twice|flag-|env-|cert-|key-|ca-|sources-|verification-|policies-missing|workers-)/;

/** Ours does not start where upstream does. */
const stricter = new Map([
  ["id-duplicate", "upstream takes the last of two policies with one id, and loses the other without a word"],
  ["group-bad-expression", "upstream finds a bad expression only when a request comes"],
  ["group-member-dash", "as above: the expression calls `a`, the member is `a-b`"],
]);

/** Ours says it in other words: more, or more exactly. */
const otherWords = new Map([
  ["bad-yaml", "the words of another YAML reader"],
  ["tab-indent", "the words of another YAML reader"],
  ["group-member-capability", "names the member, upstream its group"],
]);

/** Upstream's text for any wrong field; ours names policy, field, what was expected and what was received. */
const wrongField =
  /^error while loading policies from "policies\.yml": data did not match any variant of untagged enum PolicyOrPolicyGroup$/;

const availability = requires("shared-data");

describe.skipIf(availability.skip)("recorded start-ups of policy-server", () => {
  const recorded = availability.skip ? [] : readCases();
  const cases = recorded.filter(({ id }) => !decidedElsewhere.test(id));

  it("finds the recording", () => {
    expect(cases.length).toBeGreaterThan(50);
  });

  it.each(cases)("policy-server 44, 25: $id starts as recorded", ({ id, policiesYml, starts }) => {
    expect(problemsOf(policiesYml).length === 0).toBe(stricter.has(id) ? false : starts);
  });

  const refused = cases.filter(({ starts }) => !starts);
  it.each(refused)(
    "policy-server 44, 25: $id is refused in the recorded words",
    ({ id, policiesYml, stderr }) => {
      const text = stderr.replace(/^Error: /, "");
      const problems = problemsOf(policiesYml).join("\n");
      if (wrongField.test(text)) {
        expect(problems).toMatch(
          /^error while loading policies from "policies\.yml": [pbg]: .*expected .+, received .+$/,
        );
      } else if (otherWords.has(id)) {
        expect(problems).not.toBe(text);
      } else {
        expect(problems).toBe(text);
      }
    },
  );

  it("looks at every case, and names no difference that is not recorded", () => {
    const ids = recorded.map(({ id }) => id);
    expect([...stricter.keys(), ...otherWords.keys()].filter((id) => !ids.includes(id))).toEqual([]);
    expect({ recorded: recorded.length, here: cases.length }).toEqual({ recorded: 108, here: 73 });
  });
});

function readCases(): Case[] {
  const text = readFileSync(join(sharedDataFolder, "policy-server/cases.json"), "utf8");
  return v.parse(v.object({ startup: v.array(Case) }), JSON.parse(text)).startup;
}

function problemsOf(policiesYml: string): readonly string[] {
  try {
    return checkPolicies(parsePolicies(policiesYml, "policies.yml")).map(({ message }) => message);
  } catch (error) {
    if (error instanceof PoliciesFileError) return error.problems;
    throw error;
  }
}
