import { describe, expect, it } from "vitest";
import { recordedHost } from "./recorded-host.ts";

const exchange = {
  request: {
    type: "KubernetesGetResource",
    api_version: "v1",
    kind: "Namespace",
    name: "a",
    namespace: null,
  },
  response: { payload: { kind: "Namespace" } },
};
const failing = { request: { type: "OciManifest", image: "a/b" }, response: { error: "away" } };
const access = {
  request: { type: "KubernetesCanI", request: { user: "jane", groups: null }, disable_cache: false },
  response: { payload: { allowed: true } },
};
const ask = (host: ReturnType<typeof recordedHost>, namespace: string, operation: string, payload: unknown) =>
  host.call("kubewarden", namespace, operation, JSON.stringify(payload));
const wanted = { name: "a", kind: "Namespace", api_version: "v1" };

describe("recordedHost", () => {
  it("gives the recorded answers in their order, whatever is null or absent", () => {
    const host = recordedHost([exchange, failing, access]);
    expect(ask(host, "tracing", "log", {})).toBe("");
    expect(ask(host, "kubernetes", "get_resource", wanted)).toBe('{"kind":"Namespace"}');
    expect(() => ask(host, "oci", "v1/oci_manifest", "a/b")).toThrow("Callback evaluation failure: away");
    const review = { subject_access_review: { user: "jane" }, disable_cache: false };
    expect(ask(host, "kubernetes", "can_i", review)).toBe('{"allowed":true}');
    expect(host.problem()).toBeUndefined();
  });

  it.each<[string, string, unknown]>([
    ["another operation", "list_resources_all", wanted],
    ["another field", "get_resource", { ...wanted, name: "b" }],
    ["a field more", "get_resource", { ...wanted, disable_cache: false }],
  ])("notices %s", (_row, operation, payload) => {
    const host = recordedHost([exchange]);
    ask(host, "kubernetes", operation, payload);
    expect(host.problem()).toContain('expected the call {"capability":"kubernetes/get_resource"');
  });

  it("notices calls that are missing, and calls too many", () => {
    const host = recordedHost([exchange]);
    expect(host.problem()).toBe("0 calls of 1");
    ask(host, "kubernetes", "get_resource", wanted);
    expect(() => ask(host, "kubernetes", "get_resource", wanted)).toThrow("more calls than recorded");
    expect(host.problem()).toBe("2 calls of 1");
  });

  it("has no cluster where none was recorded", () => {
    const host = recordedHost(undefined);
    expect(() => ask(host, "kubernetes", "get_resource", wanted)).toThrow(
      "Callback evaluation failure: kube::Client was not initialized properly",
    );
    expect(host.problem()).toBeUndefined();
  });
});
