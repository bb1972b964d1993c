import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ExpressionError } from "./errors.ts";
import { parseExpression } from "./group-expression.ts";
import { MAX_NESTING } from "./parser.ts";

const members = ["a", "b", "_c1", "print", "switch"];

function fault(text: string): ExpressionError {
  try {
    parseExpression(text, members);
  } catch (error) {
    if (error instanceof ExpressionError) return error;
    throw error;
  }
  throw new Error(`accepted: ${text}`);
}

describe("parseExpression", () => {
  it.each([
    "a()",
    "a ( ) && ! b()",
    "!!a()",
    "a() == b() == true",
    "(a() || b()) && !(_c1() != false)",
    "print() || switch()",
    "1 + 1 == 2",
    "-1 < 2 && 7 % 3 >= 1",
    '"a" == "a"',
    '"\\"\\\\\\n" != "b" || "a" < "b"',
    "a() // one\n  && b() // two",
    "true & false | a() ^ b()",
    "9223372036854775807 > 0",
    `${"(".repeat(MAX_NESTING)}a()${")".repeat(MAX_NESTING)}`,
    `${"!".repeat(MAX_NESTING)}a()`,
    Array(5000).fill("a()").join(" && "),
  ])("accepts %j", (text) => {
    expect(parseExpression(text, members).text).toBe(text);
  });

  it("accepts an expression without members (policy-server 17)", () => {
    expect(() => parseExpression("2 > 1", [])).not.toThrow();
  });

  it("makes plain data that crosses threads", () => {
    const expression = parseExpression("a() && 1 < 2", members);
    expect(structuredClone(expression)).toEqual(expression);
  });

  it.each([
    ["x()", "EXPRESSION_UNKNOWN_NAME", "Function not found: x () (line 1, position 1)"],
    ["(nope() || a())", "EXPRESSION_UNKNOWN_NAME", "Function not found: nope () (line 1, position 2)"],
    ["a() || nope()", "EXPRESSION_UNKNOWN_NAME", "Function not found: nope () (line 1, position 8)"],
    ["a() &&\n  nope()", "EXPRESSION_UNKNOWN_NAME", "Function not found: nope () (line 2, position 3)"],
    ['"𝒳" == "y" || nope()', "EXPRESSION_UNKNOWN_NAME", "Function not found: nope () (line 1, position 15)"],
    ["a(1)", "EXPRESSION_UNKNOWN_NAME", "Function not found: a (i64) (line 1, position 1)"],
    [
      'a(1, "x", b())',
      "EXPRESSION_UNKNOWN_NAME",
      "Function not found: a (i64, string, bool) (line 1, position 1)",
    ],
    ["a", "EXPRESSION_UNKNOWN_NAME", "Variable not found: a (line 1, position 1)"],
    ["1 + 1", "EXPRESSION_TYPE", "Output type incorrect: i64 (expecting bool)"],
    ['"a"', "EXPRESSION_TYPE", "Output type incorrect: string (expecting bool)"],
    ["a() + 1", "EXPRESSION_TYPE", "Function not found: + (bool, i64) (line 1, position 5)"],
    ["a() == 1", "EXPRESSION_TYPE", "Function not found: == (bool, i64) (line 1, position 5)"],
    ["a() < b()", "EXPRESSION_TYPE", "Function not found: < (bool, bool) (line 1, position 5)"],
    ["1 | 2", "EXPRESSION_TYPE", "Function not found: | (i64, i64) (line 1, position 3)"],
    ['"a" + "b" == "ab"', "EXPRESSION_TYPE", "Function not found: + (string, string) (line 1, position 5)"],
    ["!1", "EXPRESSION_TYPE", "Function not found: ! (i64) (line 1, position 1)"],
    ["-a()", "EXPRESSION_TYPE", "Function not found: - (bool) (line 1, position 1)"],
    ["1 && a()", "EXPRESSION_TYPE", "Data type incorrect: i64 (expecting bool) (line 1, position 1)"],
    ["a() || 1", "EXPRESSION_TYPE", "Data type incorrect: i64 (expecting bool) (line 1, position 8)"],
    ["", "EXPRESSION_SYNTAX", "Syntax error: Script is incomplete (line 1, position 1)"],
    ["a() &&", "EXPRESSION_SYNTAX", "Syntax error: Script is incomplete (line 1, position 7)"],
    ["(a()", "EXPRESSION_SYNTAX", "Syntax error: Script is incomplete (line 1, position 5)"],
    ["a(", "EXPRESSION_SYNTAX", "Syntax error: Script is incomplete (line 1, position 3)"],
    ["a())", "EXPRESSION_SYNTAX", "Syntax error: Unexpected ')' (line 1, position 4)"],
    ["a(1 2)", "EXPRESSION_SYNTAX", "Syntax error: Unexpected '2' (line 1, position 5)"],
    ["nope( &&", "EXPRESSION_SYNTAX", "Syntax error: Unexpected '&&' (line 1, position 7)"],
    ["let x = a(); x", "EXPRESSION_SYNTAX", "Syntax error: Unexpected 'let' (line 1, position 1)"],
    ["if a() { true }", "EXPRESSION_SYNTAX", "Syntax error: Unexpected 'if' (line 1, position 1)"],
    ["a() = b()", "EXPRESSION_SYNTAX", "Syntax error: Unexpected '=' (line 1, position 5)"],
    ["a();", "EXPRESSION_SYNTAX", "Syntax error: Unexpected ';' (line 1, position 4)"],
    ["ä()", "EXPRESSION_SYNTAX", "Syntax error: Unexpected 'ä' (line 1, position 1)"],
    ["😀", "EXPRESSION_SYNTAX", "Syntax error: Unexpected '😀' (line 1, position 1)"],
    ['a() && "x', "EXPRESSION_SYNTAX", "Syntax error: Open string is not terminated (line 1, position 8)"],
    ['"\\q" == ""', "EXPRESSION_SYNTAX", "Syntax error: Invalid escape sequence: '\\q' (line 1, position 1)"],
    ["1.5 > 1", "EXPRESSION_SYNTAX", "Syntax error: Malformed number: '1.5' (line 1, position 1)"],
    ["0x1 > 0", "EXPRESSION_SYNTAX", "Syntax error: Malformed number: '0x1' (line 1, position 1)"],
    [
      "9223372036854775808 > 0",
      "EXPRESSION_SYNTAX",
      "Syntax error: Malformed number: '9223372036854775808' (line 1, position 1)",
    ],
    [
      "something that does not make sense",
      "EXPRESSION_SYNTAX",
      "Syntax error: Unexpected 'that' (line 1, position 11)",
    ],
  ])("policy-runtime 53: refuses %j", (text, code, message) => {
    expect(fault(text)).toMatchObject({ code, message });
  });

  it("tells line and position apart from the message", () => {
    expect(fault("a() &&\n  nope()")).toMatchObject({ line: 2, position: 3 });
  });

  it.each([
    ["parentheses", `${"(".repeat(MAX_NESTING + 1)}a()${")".repeat(MAX_NESTING + 1)}`],
    ["unary operators", `${"!".repeat(MAX_NESTING + 1)}a()`],
    ["arguments", `${"a(".repeat(MAX_NESTING + 2)}${")".repeat(MAX_NESTING + 2)}`],
    ["ten thousand parentheses", "(".repeat(10_000)],
  ])("refuses %s nested too deeply", (_what, text) => {
    expect(fault(text)).toMatchObject({
      code: "EXPRESSION_TOO_DEEP",
      message: expect.stringMatching(/^Syntax error: Expression exceeds maximum complexity \(line 1, /),
    });
  });

  it("answers any text with an expression or an ExpressionError", () => {
    const word = fc.constantFrom(
      ..."a() b() x() a ! - ( ) && || == != < <= > >= + * / % & | ^ , true false 1 0 1.5 let".split(" "),
      '"s"',
      '"',
      "//",
      "\n",
      " ",
      "é",
    );
    const text = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.array(word).map((words) => words.join(" ")),
    );
    fc.assert(
      fc.property(text, (source) => {
        try {
          parseExpression(source, members);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionError);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
