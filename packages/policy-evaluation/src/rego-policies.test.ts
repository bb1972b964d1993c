import { createLogger, type LogLine } from "@kubewarden-ts/base";
import { jsonAnswer } from "@kubewarden-ts/host-capabilities";
import { describe, expect, it } from "vitest";
import { regoGuest, regoGuests } from "../../../tests/guests/text/rego.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { accepted, rejected, start, timeoutText, validate } from "../fixtures/evaluator.ts";
import { json, review } from "../fixtures/text-policies.ts";
import type { EvaluatorOptions } from "./evaluator.ts";

type Mode = "opa" | "gatekeeper";

/** Rejects, and prints its data and its input. */
const reveals = (mode: Mode): string => {
  const head =
    mode === "opa"
      ? '[{"result":{"response":{"uid":"","allowed":false,"status":{"message":"'
      : '[{"result":[{"msg":"';
  const tail = mode === "opa" ? '"}}}}]' : '"}]}]';
  // Prints each text that it is to parse.
  return regoGuest({
    imports: '(import "env" "opa_println" (func $opa_println (param i32)))',
    result: `${head}seen${tail}`,
    bodies: {
      opa_json_parse: `
        (i32.store8 (i32.add (local.get 0) (local.get 1)) (i32.const 0))
        (call $opa_println (local.get 0)) (local.get 0)`,
      opa_malloc:
        "(global.get $heap) (global.set $heap (i32.add (i32.const 1) (i32.add (global.get $heap) (local.get 0))))",
    },
  });
};

const modules: Record<string, Uint8Array> = {};
for (const [name, text] of Object.entries(regoGuests)) {
  for (const mode of ["opa", "gatekeeper"]) {
    modules[`${mode}:${name}`] = asPolicy(assemble(text), { executionMode: mode });
  }
}
const gatekeeperResult = (result: string) =>
  asPolicy(assemble(regoGuest({ result })), { executionMode: "gatekeeper" });
modules["gatekeeper:two"] = gatekeeperResult('[{"result":[{"msg":"a"},{"msg":"b"}]}]');
modules["gatekeeper:none"] = gatekeeperResult('[{"result":[]}]');
modules["opa:reveals"] = asPolicy(assemble(reveals("opa")), { executionMode: "opa" });
modules["gatekeeper:reveals"] = asPolicy(assemble(reveals("gatekeeper")), { executionMode: "gatekeeper" });

function startRego(policies: Record<string, object>, options: Partial<EvaluatorOptions> = {}) {
  return start(policies, {
    fetchModule: async (url) => {
      const bytes = modules[url];
      if (bytes === undefined) throw new Error(`no module ${url}`);
      return { bytes };
    },
    ...options,
  });
}

const namespaces = [{ apiVersion: "v1", kind: "Namespace" }];
const list = {
  kind: "NamespaceList",
  items: [{ metadata: { name: "default" } }, { metadata: { name: "team-a" } }],
};
const serveCluster = async (path: string) => {
  if (path === "kubernetes/list_resources_all") return jsonAnswer(list);
  if (path === "kubernetes/resource_plural_name") return jsonAnswer("namespaces");
  if (path === "kubernetes/list_resources_all_changed_since") return jsonAnswer(true);
  throw new Error(`nobody asked for ${path}`);
};

describe("Rego policies", () => {
  it.each<[string, object]>([
    ["opa:accept", accepted],
    ["gatekeeper:none", accepted],
    ["gatekeeper:two", rejected("a, b")],
    ["opa:undefined", rejected("internal server error: cannot interpret OPA policy result", 500)],
    ["opa:abort", rejected("internal server error: opa_abort: it went wrong", 500)],
    ["opa:trap", rejected("internal server error: wasm trap: unreachable", 500)],
    ["opa:loop-in-eval", rejected(timeoutText, 500)],
  ])("policy-runtime 5: %s", async (module, expected) => {
    await using evaluator = await startRego({ p: { module } });
    expect(await validate(evaluator, "p")).toEqual(expected);
  });

  it("policy-runtime 49: a Gatekeeper policy without a result rejects", async () => {
    await using evaluator = await startRego({ p: { module: "gatekeeper:undefined" } });
    const { allowed, status } = await validate(evaluator, "p");
    expect([allowed, status?.code]).toEqual([false, 500]);
    expect(status?.message).toMatch(/^internal server error: cannot interpret Gatekeeper policy result: /);
  });

  it("policy-runtime 50, policy-server 38: a Gatekeeper policy refuses raw requests, an OPA policy takes them", async () => {
    await using evaluator = await startRego({
      g: { module: "gatekeeper:none" },
      o: { module: "opa:accept" },
    });
    const raw = json({ request: { uid: "r1", user: "tonio" } });
    const text = "internal server error: Gatekeeper does not support raw validation requests";
    expect(await evaluator.raw("g", raw)).toEqual({
      kind: "response",
      response: { ...rejected(text, 500), uid: "r1" },
    });
    expect(await evaluator.raw("o", raw)).toMatchObject({ response: { uid: "r1", allowed: true } });
  });

  it("policy-runtime 26: take any settings", async () => {
    await using evaluator = await startRego({ p: { module: "opa:accept", settings: { anything: [1] } } });
    expect(await validate(evaluator, "p")).toEqual(accepted);
  });

  it("policy-runtime 47: one that needs a function nobody offers keeps the server from starting", async () => {
    await expect(startRego({ p: { module: "opa:unknown-builtin" } })).rejects.toThrow(
      "bootstrap failure: p: cannot build Rego engine: Missing Rego builtins: http.send, nobody.knows",
    );
  });
});

/** What a policy was given, as it printed it: data first, then input. */
async function seenBy(
  mode: Mode,
  entry: object,
  options: Partial<EvaluatorOptions> = {},
): Promise<{ documents: unknown[]; warnings: string[]; answer: unknown }> {
  const lines: LogLine[] = [];
  const log = createLogger({ level: "debug", target: "test", write: (line) => lines.push(line) });
  await using evaluator = await startRego(
    { p: { module: `${mode}:reveals`, ...entry } },
    { log, ...options },
  );
  const answer = await validate(evaluator, "p");
  const printed = lines.filter(({ message }) => message === "guest output");
  return {
    documents: printed.map(({ fields }) => JSON.parse(String(fields["text"]))),
    warnings: lines.filter(({ level }) => level === "warn").map(({ message }) => message),
    answer,
  };
}

const { request } = JSON.parse(new TextDecoder().decode(review()));

describe("the documents of a Rego policy", () => {
  const settings = { n: 1, kubernetes: "mine", deep: { a: [true] } };

  it("policy-runtime 46: in mode opa are the settings, and the request", async () => {
    const { documents, warnings } = await seenBy("opa", { settings });
    expect(documents).toEqual([settings, { request }]);
    expect(warnings).toEqual([]);
  });

  it("policy-runtime 46: in mode gatekeeper are nothing, and settings and request", async () => {
    expect((await seenBy("gatekeeper", { settings })).documents).toEqual([
      {},
      { parameters: settings, review: request },
    ]);
  });

  const contextAware = { settings, contextAwareResources: namespaces, hostCapabilities: ["*"] };
  it("policy-runtime 46: in mode opa hold the cluster in place of a setting of its name", async () => {
    const { documents, warnings } = await seenBy("opa", contextAware, { serveCapability: serveCluster });
    const kubernetes = { namespaces: { default: list.items[0], "team-a": list.items[1] } };
    expect(documents[0]).toEqual({ n: 1, deep: { a: [true] }, kubernetes });
    expect(warnings).toEqual([
      "the setting kubernetes is replaced by the Kubernetes resources the policy may read",
    ]);
  });

  it("policy-runtime 46: in mode gatekeeper hold the cluster as inventory", async () => {
    const { documents } = await seenBy("gatekeeper", contextAware, { serveCapability: serveCluster });
    const cluster = { v1: { Namespace: { default: list.items[0], "team-a": list.items[1] } } };
    expect(documents[0]).toEqual({ inventory: { cluster, namespace: {} } });
  });

  it.each<[string, object, string]>([
    [
      "no capability was granted",
      { hostCapabilities: [] },
      "Policy has not been granted access to the 'kubernetes/list_resources_all' host capability. The violation has been reported.",
    ],
    [
      "the policy belongs to a namespace",
      { namespacedName: { Namespace: "team-a", Name: "p" } },
      "Policy has not been granted access to Kubernetes v1/Namespace resources. The violation has been reported.",
    ],
  ])("policy-runtime 46: are not read when %s: the request is rejected", async (_when, entry, message) => {
    const asked: string[] = [];
    const serveCapability = (path: string) => {
      asked.push(path);
      return serveCluster(path);
    };
    const { answer, documents } = await seenBy("opa", { ...contextAware, ...entry }, { serveCapability });
    expect(answer).toEqual(rejected(message, 500));
    expect([documents, asked]).toEqual([[], []]);
  });

  it("policy-runtime 46: a list that cannot be read rejects with its reason", async () => {
    const serveCapability = () => Promise.reject(new Error("namespaces is forbidden"));
    const { answer } = await seenBy("gatekeeper", contextAware, { serveCapability });
    expect(answer).toEqual(
      rejected(
        "cannot perform a request via callback channel: Callback evaluation failure: namespaces is forbidden",
        500,
      ),
    );
  });

  it("policy-runtime 9: a list that does not come ends with the limit of time", async () => {
    const serveCapability = () => new Promise<never>(() => {});
    const { answer } = await seenBy("opa", contextAware, { serveCapability });
    expect(answer).toEqual(rejected(timeoutText, 500));
  });
});
