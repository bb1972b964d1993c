import fc from "fast-check";
import { expect, it } from "vitest";
import { evaluateExpression } from "./evaluate.ts";
import { parseExpression } from "./group-expression.ts";

// Trees made at random are written down as text, with as few parentheses as the table of policy-server 6 asks for. What
// the package makes of the text must be what the tree itself says.

type Tree =
  | { op: "literal"; value: boolean | bigint }
  | { op: "call"; name: string }
  | { op: "!" | "-"; inner: Tree }
  | { op: string; left: Tree; right: Tree };

const strength: Record<string, number> = {
  "||": 30,
  "^": 30,
  "|": 30,
  "&&": 60,
  "&": 60,
  "==": 90,
  "!=": 90,
  "<": 130,
  "<=": 130,
  ">": 130,
  ">=": 130,
  "+": 150,
  "-": 150,
  "*": 180,
};

const { bool } = fc.letrec<{ bool: Tree; int: Tree }>((tie) => {
  const binary = (ops: string[], side: "bool" | "int") =>
    fc.record({ op: fc.constantFrom(...ops), left: tie(side), right: tie(side) });
  return {
    bool: fc.oneof(
      { depthSize: "medium" },
      fc.constantFrom("a", "b", "c").map((name): Tree => ({ op: "call", name })),
      fc.boolean().map((value): Tree => ({ op: "literal", value })),
      tie("bool").map((inner): Tree => ({ op: "!", inner })),
      binary(["||", "^", "|", "&&", "&", "==", "!="], "bool"),
      binary(["==", "!=", "<", "<=", ">", ">="], "int"),
    ),
    int: fc.oneof(
      { depthSize: "small" },
      fc.bigInt({ min: 0n, max: 9n }).map((value): Tree => ({ op: "literal", value })),
      tie("int").map((inner): Tree => ({ op: "-", inner })),
      binary(["+", "-", "*"], "int"),
    ),
  };
});

function write(tree: Tree, outer: number): string {
  if ("value" in tree) return String(tree.value);
  if ("name" in tree) return `${tree.name}()`;
  if ("inner" in tree) return `${tree.op}${write(tree.inner, 1000)}`;
  const own = strength[tree.op]!;
  const text = `${write(tree.left, own)} ${tree.op} ${write(tree.right, own + 1)}`;
  return own < outer ? `(${text})` : text;
}

function value(tree: Tree, members: Record<string, boolean>, called: string[]): boolean | bigint {
  if ("value" in tree) return tree.value;
  if ("name" in tree) {
    called.push(tree.name);
    return members[tree.name]!;
  }
  if ("inner" in tree) {
    const inner = value(tree.inner, members, called);
    return tree.op === "!" ? !inner : -(inner as bigint);
  }
  const left = value(tree.left, members, called);
  if (tree.op === "||" && left === true) return true;
  if (tree.op === "&&" && left === false) return false;
  const right = value(tree.right, members, called);
  const numbers = { left: left as bigint, right: right as bigint };
  const results: Record<string, () => boolean | bigint> = {
    "||": () => right,
    "&&": () => right,
    "|": () => left === true || right === true,
    "&": () => left === true && right === true,
    "^": () => left !== right,
    "!=": () => left !== right,
    "==": () => left === right,
    "<": () => left < right,
    "<=": () => left <= right,
    ">": () => left > right,
    ">=": () => left >= right,
    "+": () => numbers.left + numbers.right,
    "-": () => numbers.left - numbers.right,
    "*": () => numbers.left * numbers.right,
  };
  return results[tree.op]!();
}

it("policy-runtime 51: text means what its tree means, and runs the same members in the same order", async () => {
  const members = fc.record({ a: fc.boolean(), b: fc.boolean(), c: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(bool, members, async (tree, answers: Record<string, boolean>) => {
      const text = write(tree, 0);
      const expectedCalls: string[] = [];
      const expected = value(tree, answers, expectedCalls);
      const calls: string[] = [];
      const actual = await evaluateExpression(parseExpression(text, ["a", "b", "c"]), (name) => {
        calls.push(name);
        return answers[name]!;
      });
      expect({ text, actual, calls }).toEqual({ text, actual: expected, calls: expectedCalls });
    }),
    { numRuns: 1000 },
  );
});
