import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { gatekeeperResponse } from "../../packages/policy-evaluation/src/gatekeeper-response.ts";
import { opaResponse } from "../../packages/policy-evaluation/src/opa-response.ts";
import { RuntimeError } from "../../packages/policy-runtime/src/errors.ts";
import { regoGuest } from "../guests/text/rego.ts";
import { ask, loneGuest } from "./lone-guest.ts";

const address = fc.oneof(
  fc.integer(),
  fc.nat(9000),
  fc.constantFrom(0, -1, -16, 131_071, 131_072, 65_536, 0x7fff_ffff, 1024, 2048, 3072),
);
const functions = [
  "builtins",
  "entrypoints",
  "opa_malloc",
  "opa_json_parse",
  "opa_json_dump",
  "opa_heap_ptr_get",
  "opa_eval_ctx_new",
  "opa_eval_ctx_get_result",
  "eval",
] as const;
/** A text as it may stand in a module's memory: of names, of values, or of nothing that anybody reads. */
const text = fc.oneof(
  fc.json({ maxDepth: 2 }),
  fc.string({ unit: "binary-ascii", maxLength: 30 }),
  fc.constantFrom(
    '{"policy/main":0}',
    '{"a":-1}',
    '{"a":1e99}',
    '{"__proto__":0}',
    "[0]",
    "null",
    '{"a":"0"}',
    "",
  ),
);
const plain = (value: string): string =>
  [...value].every((character) => /[\x20-\x7e]/.test(character) && character !== "\\") ? value : "rubbish";

describe("a module that exports the ABI of OPA with any answers", () => {
  it("is refused, fails, or answers with what stands in its memory: it is never accepted by chance", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.dictionary(fc.constantFrom(...functions), address, { maxKeys: 3 }),
        text,
        text,
        text,
        async (wild, builtins, entrypoints, result) => {
          const bodies = Object.fromEntries(
            Object.entries(wild).map(([name, at]) => [name, `(i32.const ${at})`]),
          );
          const module = regoGuest({
            bodies,
            builtins: plain(builtins),
            entrypoints: plain(entrypoints),
            result: plain(result),
          });
          const answer = await answerOf(module);
          for (const respond of [opaResponse, gatekeeperResponse]) {
            const { allowed } = respond("u1", new TextEncoder().encode(answer));
            // The only text that accepts is one that says so.
            if (allowed) expect(answer.trim()).toMatch(/^\[\s*\{"result":\s*\[\]/);
          }
        },
      ),
      { numRuns: 500 },
    );
  });

  it.each(functions)("is told from one that answers in another type: %s", async (name) => {
    const typed = regoGuest({}).replace(
      new RegExp(`\\(func \\(export "${name}"\\)([^\\n]*)\\(result i32\\)[^\\n]*`),
      (_line, parameters: string) =>
        `(func (export "${name}") ${parameters} (result i64) (i64.const -1))${name === "eval" ? ")" : ""}`,
    );
    expect(await answerOf(typed)).not.toContain("allowed");
  });
});

async function answerOf(module: string): Promise<string> {
  try {
    const said = await ask(await loneGuest(module, "rego"));
    return said.startsWith("answer ") ? said.slice("answer ".length) : "";
  } catch (error) {
    expect(error).toBeInstanceOf(RuntimeError);
    return "";
  }
}

describe("operands of functions of the host", () => {
  it("that are anywhere, or too long, end the evaluation", async () => {
    await fc.assert(
      fc.asyncProperty(address, address, async (id, operand) => {
        const module = regoGuest({
          builtins: '{"crypto.md5":7}',
          result: "[]",
          data: [[8192, '"text"']],
          bodies: {
            eval: `(drop (call $opa_builtin1 (i32.const ${id % 2 === 0 ? 7 : id}) (i32.const ${id}) (i32.const ${operand}))) (i32.const 0)`,
          },
        });
        expect(await ask(await loneGuest(module, "rego"))).toMatch(/^(failure|answer \[\]$)/);
      }),
      { numRuns: 150 },
    );
  });
});
