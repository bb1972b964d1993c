import { createLogger, type LogLine } from "@kubewarden-ts/base";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createDispatcher, type DispatcherOptions, type HostCall } from "./dispatcher.ts";
import { HostCallError } from "./errors.ts";
import { parseCapabilityPatterns } from "./grants.ts";

const granted = [{ apiVersion: "v1", kind: "Namespace" }];
const list = { api_version: "v1", kind: "Namespace" };

/** A policy's dispatcher, with what was logged and what was asked of the main thread. */
function policyWith(patterns: string[], serve: DispatcherOptions["serve"] = async () => ({ ok: true })) {
  const lines: LogLine[] = [];
  const served: { path: string; input: unknown }[] = [];
  const { call: dispatch } = createDispatcher({
    policyId: "group/member",
    grants: parseCapabilityPatterns(patterns),
    contextAwareResources: granted,
    namespaced: false,
    log: createLogger({ level: "trace", target: "test", write: (line) => lines.push(line) }),
    serve(path, input, signal) {
      served.push({ path, input });
      return serve(path, input, signal);
    },
  });
  return { dispatch, lines, served };
}

function call(path: string, payload: unknown, binding = "kubewarden"): HostCall {
  const [namespace = "", ...operation] = path.split("/");
  const bytes = payload instanceof Uint8Array ? payload : new TextEncoder().encode(JSON.stringify(payload));
  return { binding, namespace, operation: operation.join("/"), payload: bytes };
}

async function errorOf(
  dispatch: ReturnType<typeof createDispatcher>["call"],
  made: HostCall,
): Promise<unknown> {
  try {
    await dispatch(made);
  } catch (error) {
    return error;
  }
  return undefined;
}

function denial(what: string): string {
  return `Policy has not been granted access to ${what}. The violation has been reported.`;
}

describe("createDispatcher", () => {
  const notJson = new TextEncoder().encode("{");
  const pods = { api_version: "v1", kind: "Pod" };
  const deniedDns = denial("the 'net/v1/dns_lookup_host' host capability");
  const deniedPods = denial("Kubernetes v1/Pod resources");
  it.each([
    ["another binding", ["*"], call("net/v1/dns_lookup_host", "h", "other"), "unknown binding: other"],
    ["no grant", [], call("net/v1/dns_lookup_host", "h"), deniedDns],
    ["another grant", ["oci/*"], call("net/v1/dns_lookup_host", "h"), deniedDns],
    ["no grant for what does not exist", ["oci/*"], call("x/y", "h"), denial("the 'x/y' host capability")],
    ["an unknown namespace", ["*"], call("x/y", "h"), "unknown namespace: x"],
    ["an unknown operation", ["*"], call("net/v2/dns", "h"), "unknown operation: v2/dns"],
    ["an unknown local operation", [], call("tracing/trace", "h"), "unknown operation: trace"],
    ["an unreadable payload", ["*"], call("kubernetes/list_resources_all", notJson), /^invalid payload: /],
    [
      "a payload of another shape",
      ["*"],
      call("net/v1/dns_lookup_host", 5),
      "invalid payload: expected string, received 5",
    ],
    [
      "a Kubernetes request without kind",
      ["*"],
      call("kubernetes/list_resources_all", { api_version: "v1" }),
      "invalid payload: kind: expected a value, received nothing",
    ],
    ["a resource outside the list", ["*"], call("kubernetes/list_resources_all", pods), deniedPods],
    [
      "a resource outside the list, by name",
      ["kubernetes/*"],
      call("kubernetes/get_resource", { ...pods, name: "p", disable_cache: false }),
      deniedPods,
    ],
    [
      "a resource outside the list, by namespace",
      ["kubernetes/list_resources_by_namespace"],
      call("kubernetes/list_resources_by_namespace", { ...pods, namespace: "n" }),
      deniedPods,
    ],
  ])("policy-runtime 32, 34: refuses %s", async (_what, patterns, made, message) => {
    const { dispatch, served } = policyWith(patterns);
    const error = await errorOf(dispatch, made);
    expect(error).toBeInstanceOf(HostCallError);
    expect((error as HostCallError).message).toMatch(message);
    expect(served).toEqual([]);
  });

  it("policy-server 26: logs a denied capability", async () => {
    const { dispatch, lines } = policyWith(["oci/*", "kubernetes/can_i"]);
    await errorOf(dispatch, call("net/v1/dns_lookup_host", "h"));
    expect(lines).toMatchObject([
      {
        level: "error",
        message: "Policy tried to use a host capability it doesn't have access to",
        fields: {
          policy: "group/member",
          capability: "net/v1/dns_lookup_host",
          allowed_capabilities: "[oci/*, kubernetes/can_i]",
        },
      },
    ]);
  });

  it("policy-server 26: logs a denied Kubernetes resource", async () => {
    const { dispatch, lines } = policyWith(["*"]);
    await errorOf(
      dispatch,
      call("kubernetes/list_resources_all", { api_version: "apps/v1", kind: "Namespace" }),
    );
    expect(lines).toMatchObject([
      {
        level: "error",
        fields: {
          policy: "group/member",
          resource_requested: "apps/v1/Namespace",
          resources_allowed: "[v1/Namespace]",
        },
      },
    ]);
  });

  it.each([
    ["a granted resource", ["*"], "kubernetes/list_resources_all", list],
    [
      "a granted resource, options null",
      ["*"],
      "kubernetes/list_resources_all",
      { ...list, label_selector: null, field_selector: null, field_masks: null },
    ],
    [
      "can_i, whatever it asks about",
      ["kubernetes/can_i"],
      "kubernetes/can_i",
      {
        subject_access_review: {
          user: "u",
          groups: [],
          resource_attributes: { resource: "pods", verb: "get" },
        },
        disable_cache: false,
      },
    ],
    ["a host name", ["net/v1/*"], "net/v1/dns_lookup_host", "example.test"],
  ])("policy-runtime 34: hands on %s", async (_what, patterns, path, input) => {
    const { dispatch, served } = policyWith(patterns);
    const answer = await dispatch(call(path, input));
    expect(served).toEqual([{ path, input }]);
    expect(new TextDecoder().decode(answer)).toBe('{"ok":true}');
  });

  it("tells the guest why a deed failed", async () => {
    const { dispatch } = policyWith(["*"], async () => {
      throw new Error("no answer", { cause: new Error("socket closed") });
    });
    expect(await errorOf(dispatch, call("net/v1/dns_lookup_host", "h"))).toMatchObject({
      code: "HOST_CALL_FAILED",
      message: "Callback evaluation failure: no answer: socket closed",
    });
  });

  it("hands the signal on", async () => {
    const { signal } = new AbortController();
    const seen: unknown[] = [];
    const { dispatch } = policyWith(["*"], async (_path, _input, given) => {
      seen.push(given);
      return {};
    });
    await dispatch(call("net/v1/dns_lookup_host", "h"), { signal });
    expect(seen).toEqual([signal]);
  });

  it("answers any call with bytes or a HostCallError", async () => {
    const name = fc.constantFrom(
      "kubewarden",
      "oci",
      "v1/verify",
      "net",
      "kubernetes",
      "get_resource",
      "tracing",
      "log",
    );
    const text = fc.oneof(name, fc.string());
    const made = fc.record({ binding: text, namespace: text, operation: text, payload: fc.uint8Array() });
    await fc.assert(
      fc.asyncProperty(made, async (anyCall) => {
        const { dispatch } = policyWith(["*"]);
        const error = await errorOf(dispatch, anyCall);
        if (error !== undefined) expect(error).toBeInstanceOf(HostCallError);
      }),
    );
  });
});
