import { describe, expect, it } from "vitest";
import { ExpressionError } from "./errors.ts";
import { evaluateExpression } from "./evaluate.ts";
import { parseExpression } from "./group-expression.ts";

const t = "t";
const f = "f";

/** Evaluates with members `t…`, which allow, and `f…`, which do not. */
async function run(text: string): Promise<{ value: boolean; called: string[] }> {
  const called: string[] = [];
  const expression = parseExpression(text, [t, f, "t2", "f2"]);
  const value = await evaluateExpression(expression, async (member) => {
    called.push(member);
    return member.startsWith(t);
  });
  return { value, called };
}

describe("evaluateExpression", () => {
  it.each([
    ["t() && t2()", true, ["t", "t2"]],
    ["t() && f()", false, ["t", "f"]],
    ["f() && t()", false, ["f"]],
    ["t() || f()", true, ["t"]],
    ["f() || t()", true, ["f", "t"]],
    ["f() || f2()", false, ["f", "f2"]],
    ["!t()", false, ["t"]],
    ["!f()", true, ["f"]],
    ["!!f()", false, ["f"]],
    ["t() == f()", false, ["t", "f"]],
    ["f() == f2()", true, ["f", "f2"]],
    ["t() != f()", true, ["t", "f"]],
    ["(f() || t()) && t2()", true, ["f", "t", "t2"]],
    ["f() || (t() && f2())", false, ["f", "t", "f2"]],
    ["f() && (t() || t2())", false, ["f"]],
    ["true", true, []],
    ["false", false, []],
  ])("policy-runtime 51: %s is %s, running %j", async (text, value, called) => {
    expect(await run(text)).toEqual({ value, called });
  });

  it.each([
    ["a strict `and`", "f() & t()", false, ["f", "t"]],
    ["a strict `or`", "t() | f()", true, ["t", "f"]],
    ["an exclusive `or`", "t() ^ t2()", false, ["t", "t2"]],
    ["equality", "f() == t()", false, ["f", "t"]],
  ])("evaluates both sides of %s", async (_what, text, value, called) => {
    expect(await run(text)).toEqual({ value, called });
  });

  it("runs a member twice that stands twice", async () => {
    expect(await run("f() || f()")).toEqual({ value: false, called: ["f", "f"] });
  });

  it.each([
    ["&& before ||", "true || false && false", true],
    ["&& before ^", "true ^ true && false", true],
    ["& on the level of &&", "false & true || true", true],
    ["^ and || from left to right", "true || true ^ true", false],
    ["== before &&", "false == false && false", false],
    ["comparison before ==", "true == 2 > 1", true],
    ["sum before comparison", "1 + 2 > 2", true],
    ["product before sum", "1 + 2 * 3 == 7", true],
    ["subtraction from left to right", "10 - 3 - 2 == 5", true],
    ["division from left to right", "100 / 10 / 5 == 2", true],
    ["minus before product", "-2 * -3 == 6", true],
    ["! before ==", "!true == false", true],
  ])("binds %s", async (_rule, text, value) => {
    expect((await run(text)).value).toBe(value);
  });

  it.each([
    ["-7 / 2 == -3"],
    ["-7 % 2 == -1"],
    ["9007199254740993 - 1 == 9007199254740992"],
    ["-9223372036854775807 - 1 < 0"],
    ['"a\\tb" == "a\tb"'],
    ['"a" < "b" && "b" <= "b" && "b" > "a" && "b" >= "b"'],
    ["1 < 2 && 2 <= 2 && 2 > 1 && 2 >= 2 && 1 != 2"],
  ])("%s", async (text) => {
    expect((await run(text)).value).toBe(true);
  });

  it.each([
    ["1 / 0 == 1", "Division by zero: 1 / 0 (line 1, position 3)"],
    ["1 % 0 == 1", "Modulo by zero: 1 % 0 (line 1, position 3)"],
    ["9223372036854775807 + 1 > 0", "Addition overflow: 9223372036854775807 + 1 (line 1, position 21)"],
    ["-9223372036854775807 - 2 > 0", "Subtraction overflow: -9223372036854775807 - 2 (line 1, position 22)"],
    ["9223372036854775807 * 2 > 0", "Multiplication overflow: 9223372036854775807 * 2 (line 1, position 21)"],
    ["-(-9223372036854775807 - 1) > 0", "Negation overflow: --9223372036854775808 (line 1, position 1)"],
  ])("fails on %s", async (text, message) => {
    const error = await run(text).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ExpressionError);
    expect(error).toMatchObject({ code: "EXPRESSION_ARITHMETIC", message });
  });

  it("leaves arithmetic out that is not needed", async () => {
    expect((await run("true || 1 / 0 == 1")).value).toBe(true);
  });

  it("ends with what a member throws", async () => {
    const expression = parseExpression("a() || true", ["a"]);
    const failing = evaluateExpression(expression, () => {
      throw new Error("boom");
    });
    await expect(failing).rejects.toThrow("boom");
  });

  it("takes members that answer at once", async () => {
    expect(await evaluateExpression(parseExpression("a()", ["a"]), () => true)).toBe(true);
  });
});
