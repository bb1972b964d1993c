import { describe, expect, it } from "vitest";
import { builtinKind, isNamespacedResource } from "./builtin-kinds.ts";

describe("builtinKind", () => {
  it.each([
    ["", "Pod", "pods", true],
    ["", "Endpoints", "endpoints", true],
    ["", "Namespace", "namespaces", false],
    ["networking.k8s.io", "Ingress", "ingresses", true],
    ["policy", "PodSecurityPolicy", "podsecuritypolicies", false],
  ])("kwctl-and-oci 32: knows %s/%s", (group, kind, plural, namespaced) => {
    expect(builtinKind(group, kind)).toEqual({ plural, namespaced });
  });

  it.each([
    ["", "Deployment"],
    ["acme.test", "Pod"],
    ["constructor", "Pod"],
    ["", "constructor"],
  ])("does not know %s/%s", (group, kind) => {
    expect(builtinKind(group, kind)).toBeUndefined();
  });
});

describe("isNamespacedResource", () => {
  it.each([
    ["apps", "deployments", true],
    ["", "nodes", false],
    ["", "deployments", undefined],
    ["constructor", "nodes", undefined],
  ])("%s/%s: %s", (group, plural, expected) => {
    expect(isNamespacedResource(group, plural)).toBe(expected);
  });
});
