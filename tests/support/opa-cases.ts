import { readFileSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import * as v from "valibot";
import { partPath } from "./requirements.ts";

/** One of OPA's own test cases whose module calls a built-in function of its host. */
export interface OpaCase {
  /** names the case: folder and subject, such as `regexsplit/empty string` */
  note: string;
  /** folder of OPA's test data */
  folder: string;
  query: string;
  /** policies in Rego, already part of `wasm` */
  modules: string[];
  wasm: Uint8Array;
  /** what to expect, in the order in which OPA looks at it: the first that is there counts */
  wantError: string | undefined;
  wantErrorCode: string | undefined;
  wantDefined: boolean | undefined;
  /** the error shows only where errors of built-in functions end the evaluation: in a module the result is undefined */
  strictError: boolean;
  /** arrays in the result are sets: their order does not count */
  sortBindings: boolean;
  env: Record<string, string>;
  /** the input as a term of Rego, which may hold what JSON cannot; else `input` of `json` */
  inputTerm: string | undefined;
  /** the whole case as JSON, for a reader that keeps the texts of numbers: `data`, `input`, `want_result` */
  json: string;
}

/** A built-in function of OPA. */
export interface BuiltinProbe {
  name: string;
  arity: number;
  /** its result is not the same in each evaluation */
  nondeterministic: boolean;
  /** calls the function with `input.a0`, `input.a1` and so on */
  query: string;
  /** the query as a module: its table of built-in functions names what it asks its host for */
  wasm: Uint8Array;
}

const Case = v.object({
  note: v.string(),
  folder: v.string(),
  query: v.string(),
  modules: v.optional(v.array(v.string()), []),
  wasm: v.string(),
  want_error: v.optional(v.string()),
  want_error_code: v.optional(v.string()),
  want_defined: v.optional(v.boolean()),
  strict_error: v.optional(v.boolean(), false),
  sort_bindings: v.optional(v.boolean(), false),
  env: v.optional(v.record(v.string(), v.string()), {}),
  input_term: v.optional(v.string()),
});

const Probe = v.object({
  name: v.string(),
  arity: v.number(),
  nondeterministic: v.boolean(),
  query: v.string(),
  wasm: v.string(),
});

/**
 * OPA's own test cases, as far as they ask their host for something; only where `requires("opa")` does not skip. All of
 * them, 855, are read in about half a second.
 * @param folders - of OPA's test data, such as `regexsplit`; all without
 */
export function* opaCases(folders?: readonly string[]): Generator<OpaCase> {
  for (const json of linesOf("cases.ndjson.zst")) {
    const found = readCase(json);
    if (folders === undefined || folders.includes(found.folder)) yield found;
  }
}

function readCase(json: string): OpaCase {
  const found = v.parse(Case, JSON.parse(json));
  return {
    note: found.note,
    folder: found.folder,
    query: found.query,
    modules: found.modules,
    wasm: Buffer.from(found.wasm, "base64"),
    wantError: found.want_error,
    wantErrorCode: found.want_error_code,
    wantDefined: found.want_defined,
    strictError: found.strict_error,
    sortBindings: found.sort_bindings,
    env: found.env,
    inputTerm: found.input_term,
    json,
  };
}

/** Each built-in function of this version of OPA; only where `requires("opa")` does not skip. */
export function* builtinProbes(): Generator<BuiltinProbe> {
  for (const line of linesOf("builtins.ndjson.zst")) {
    const { wasm, ...probe } = v.parse(Probe, JSON.parse(line));
    yield { ...probe, wasm: Buffer.from(wasm, "base64") };
  }
}

function* linesOf(name: string): Generator<string> {
  const bytes = zstdDecompressSync(readFileSync(join(partPath("opa"), name)));
  let start = 0;
  while (start < bytes.length) {
    const end = bytes.indexOf("\n", start);
    yield bytes.toString("utf8", start, end);
    start = end + 1;
  }
}
