import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { notedDeps, testPolicy } from "../../fixtures/host.ts";
import { samplePayloads } from "../../fixtures/sample-payloads.ts";
import { createCapabilityServer } from "../server.ts";
import { capabilities } from "../table.ts";
import type { Exchange } from "./interaction.ts";
import { recordedPaths } from "./recorded-request.ts";
import { createRecorder } from "./recorder.ts";
import { createReplay } from "./replay.ts";
import { formatSession, parseSession, SessionError } from "./session-file.ts";

const namespace = { apiVersion: "v1", kind: "Namespace" };

/** A policy whose host calls are answered from the text of a session file. */
function replaying(text: string) {
  const replay = createReplay(parseSession(text));
  return { ...testPolicy({ contextAwareResources: [namespace], serve: replay.serve }), replay };
}

const getDemo = `
- type: Exchange
  request: |
    !KubernetesGetResource
    api_version: v1
    kind: Namespace
    name: demo
    namespace: null
    disable_cache: false
    field_masks: null
  response:
    type: Success
    payload: '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"demo"},"n":1.0}'
- type: Exchange
  request: |
    !DNSLookupHost
    host: example.test
  response:
    type: Error
    message: host not found
`;
const demo = { api_version: "v1", kind: "Namespace", name: "demo", disable_cache: false };

describe("replaying a session", () => {
  it("policy-runtime 54: answers byte for byte, and with the recorded errors", async () => {
    const { dispatcher, ask, replay } = replaying(getDemo);
    const payload = new TextEncoder().encode(JSON.stringify(demo));
    const call = { binding: "kubewarden", namespace: "kubernetes", operation: "get_resource", payload };
    expect(new TextDecoder().decode(await dispatcher.call(call))).toBe(
      '{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"demo"},"n":1.0}',
    );
    expect(replay.left()).toBe(1);
    expect(await ask("net/v1/dns_lookup_host", "example.test")).toEqual({
      error: "Callback evaluation failure: host not found",
    });
  });

  it("policy-runtime 56: an exhausted session answers nothing", async () => {
    const { ask } = replaying("[]");
    expect(await ask("net/v1/dns_lookup_host", "h")).toEqual({
      error: "Callback evaluation failure: the list of recorded responses is empty",
    });
  });

  it("policy-runtime 56: a request that was not recorded is an error, and takes the entry with it", async () => {
    const { ask, replay } = replaying(getDemo);
    expect(await ask("kubernetes/get_resource", { ...demo, name: "other" })).toEqual({
      error:
        "Callback evaluation failure: Replay error: unexpected request. Was expecting !KubernetesGetResource api_version: v1 " +
        "kind: Namespace name: demo namespace: null disable_cache: false field_masks: null, got !KubernetesGetResource " +
        "api_version: v1 kind: Namespace name: other namespace: null disable_cache: false field_masks: null instead",
    });
    expect(replay.left()).toBe(1);
  });

  it("policy-runtime 56: denied calls take nothing from the session", async () => {
    const { ask, replay } = replaying(getDemo);
    await ask("kubernetes/get_resource", { ...demo, kind: "Secret" });
    expect(replay.left()).toBe(2);
  });

  it("policy-runtime 54: files of older releases lack fields, and field masks have no order", async () => {
    const entry = (fields: string) => `
- type: Exchange
  request: "!KubernetesListResourceAll\\n${fields}"
  response: {type: Success, payload: "{}"}`;
    const old = replaying(entry("api_version: v1\\nkind: Namespace\\n"));
    expect(await old.ask("kubernetes/list_resources_all", { api_version: "v1", kind: "Namespace" })).toEqual({
      answer: {},
    });
    const masked = replaying(entry("api_version: v1\\nkind: Namespace\\nfield_masks: [b, a]\\n"));
    expect(
      await masked.ask("kubernetes/list_resources_all", {
        api_version: "v1",
        kind: "Namespace",
        field_masks: ["a", "b"],
      }),
    ).toEqual({ answer: {} });
  });

  it.each<[string, string]>([
    ["no YAML", "- {"],
    ["no list", "a: 1"],
    ["an alias of nothing", "*a"],
    [
      "a request with an alias of nothing",
      "- {type: Exchange, request: '!X {host: *a}', response: {type: Error, message: m}}",
    ],
    [
      "an entry of another type",
      "- {type: Other, request: '!DNSLookupHost {host: h}', response: {type: Error, message: m}}",
    ],
    [
      "a request without a tag",
      "- {type: Exchange, request: 'host: h', response: {type: Error, message: m}}",
    ],
    ["a request that is no YAML", "- {type: Exchange, request: '!X {', response: {type: Error, message: m}}"],
    [
      "a response without a payload",
      "- {type: Exchange, request: '!DNSLookupHost {host: h}', response: {type: Success}}",
    ],
  ])("policy-runtime 56: refuses a file with %s", (_what, text) => {
    expect(() => parseSession(text)).toThrow(SessionError);
  });

  it("policy-runtime 56: refuses aliases that make more of a file than it is", () => {
    const lines = Array.from({ length: 30 }, (_, at) => `- &a${at} [*a${at - 1}, *a${at - 1}]`);
    expect(() => parseSession(["- &a-1 x", ...lines].join("\n"))).toThrow(SessionError);
  });

  it("never crashes on what is no session file", () => {
    const pieces = [
      "",
      " ",
      "\n",
      "- ",
      "!",
      "!!js/function ",
      "&a ",
      "*a",
      "|",
      "{",
      "]",
      ":",
      "<<: ",
      "'",
      '"',
      "\u0000",
    ];
    const changed = fc.tuple(fc.nat(), fc.nat(3), fc.constantFrom(...pieces)).map(([at, length, piece]) => {
      const start = at % getDemo.length;
      return getDemo.slice(0, start) + piece + getDemo.slice(start + length);
    });
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json(), changed), (text) => {
        try {
          parseSession(text);
        } catch (error) {
          expect(error).toBeInstanceOf(SessionError);
        }
      }),
    );
  });
});

/** Calls of everything that is recorded. */
const calls: [path: string, payload: unknown][] = capabilities
  .filter(({ kind }) => kind === "served")
  .flatMap(({ path }) => samplePayloads[path].map((payload): [string, unknown] => [path, payload]));

describe("recording a session", () => {
  it("policy-runtime 55: what was recorded replays to the same answers, with nothing contacted", async () => {
    const recorder = createRecorder(createCapabilityServer(notedDeps([])));
    const recorded = testPolicy({ contextAwareResources: [namespace], serve: recorder.serve });
    const answers = [];
    for (const [path, payload] of calls) answers.push(await recorded.ask(path, payload));
    const inventories = [await recorded.dispatcher.inventory("opa").catch(String)];

    const { ask, dispatcher, replay } = replaying(formatSession(recorder.exchanges()));
    for (const [index, [path, payload]] of calls.entries())
      expect(await ask(path, payload)).toEqual(answers[index]);
    expect([await dispatcher.inventory("opa").catch(String)]).toEqual(inventories);
    expect(replay.left()).toBe(0);
  });

  it("policy-runtime 55: errors are kept with what caused them, as the policy was told", async () => {
    const failing = {
      lookup: () => Promise.reject(new Error("no such host", { cause: new Error("socket") })),
    };
    const recorder = createRecorder(createCapabilityServer(notedDeps([], failing)));
    const { ask } = testPolicy({ serve: recorder.serve });
    const told = await ask("net/v1/dns_lookup_host", "h");
    expect(recorder.exchanges()).toEqual([
      {
        request: { variant: "DNSLookupHost", fields: { host: "h" } },
        response: { type: "Error", message: "no such host: socket" },
      },
    ]);
    const replayed = replaying(formatSession(recorder.exchanges()));
    expect(await replayed.ask("net/v1/dns_lookup_host", "h")).toEqual(told);
  });

  it("policy-runtime 55: the log and denied calls are not recorded", async () => {
    const recorder = createRecorder(createCapabilityServer(notedDeps([])));
    const { ask } = testPolicy({ serve: recorder.serve, patterns: ["oci/*"] });
    await ask("tracing/log", { level: "info" });
    await ask("net/v1/dns_lookup_host", "h");
    expect(recorder.exchanges()).toEqual([]);
  });

  it("policy-runtime 55: writes every field, null where it is not set", async () => {
    const recorder = createRecorder(createCapabilityServer(notedDeps([])));
    await testPolicy({ contextAwareResources: [namespace], serve: recorder.serve }).ask(
      "kubernetes/get_resource",
      demo,
    );
    expect(formatSession(recorder.exchanges())).toBe(
      [
        "- type: Exchange",
        "  request: |",
        "    !KubernetesGetResource",
        "    api_version: v1",
        "    kind: Namespace",
        "    name: demo",
        "    namespace: null",
        "    disable_cache: false",
        "    field_masks: null",
        "  response:",
        "    type: Success",
        `    payload: '"get"'`,
        "",
      ].join("\n"),
    );
  });

  it("knows every capability", () => {
    const served = capabilities.filter(({ kind }) => kind !== "local").map(({ path }) => path);
    expect(recordedPaths.toSorted()).toEqual(served.toSorted());
  });

  it("any exchange survives being written and read", () => {
    const text = fc.oneof(
      fc.string(),
      fc.string({ unit: "grapheme" }),
      fc.constantFrom("null", "!x", "- a\n", " "),
    );
    const response: fc.Arbitrary<Exchange["response"]> = fc.oneof(
      fc.record({ type: fc.constant("Success" as const), payload: text }),
      fc.record({ type: fc.constant("Error" as const), message: text }),
    );
    const request = fc.record({
      variant: fc.constantFrom("DNSLookupHost", "OciManifest"),
      fields: fc.record({ host: text, list: fc.array(text), nothing: fc.constant(null) }),
    });
    fc.assert(
      fc.property(fc.array(fc.record({ request, response })), (exchanges) => {
        expect(parseSession(formatSession(exchanges))).toEqual(exchanges);
      }),
    );
  });
});
