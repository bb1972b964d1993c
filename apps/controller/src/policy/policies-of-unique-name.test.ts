import { type Policy, uniqueName } from "@kubewarden-ts/api/policies";
import { describe, expect, it } from "vitest";
import { policiesOfUniqueName, rivalOf } from "./policies-of-unique-name.ts";
import { memoryView } from "./testing/memory-view.ts";
import { clusterGroup, clusterPolicy, groupIn, policyIn } from "./testing/objects.ts";

const later = { creationTimestamp: "2026-02-01T00:00:00Z", uid: "a" };

describe("policiesOfUniqueName", () => {
  it.each<[string, Policy]>([
    ["a policy", clusterPolicy("a-b")],
    ["a group", clusterGroup("a-b")],
    ["a policy of a namespace", policyIn("a-b", "c-d")],
    ["a group of a namespace", groupIn("a-b", "c-d")],
  ])("controller 15: finds %s by the name of its webhook alone", (_row, policy) => {
    const view = memoryView([policy, clusterPolicy("other"), policyIn("a", "b")]);
    expect(policiesOfUniqueName(view, uniqueName(policy))).toEqual([policy]);
  });

  it.each(["clusterwide-", "namespaced-a", "kubewarden-controller", ""])("finds nothing for %j", (name) => {
    expect(policiesOfUniqueName(memoryView([clusterPolicy("a")]), name)).toEqual([]);
  });
});

describe("rivalOf", () => {
  it.each<[string, Policy, Policy]>([
    ["hyphens", policyIn("a-b", "c"), policyIn("a", "b-c", {}, later)],
    ["a group", clusterGroup("x"), clusterPolicy("group-x", {}, later)],
    ["a group of a namespace", groupIn("a", "b"), policyIn("group-a", "b", {}, later)],
  ])("gives the name to the older one of two that it could be, by %s", (_row, older, younger) => {
    expect(uniqueName(older)).toBe(uniqueName(younger));
    const view = memoryView([younger, older]);
    expect([rivalOf(view, older), rivalOf(view, younger)]).toEqual([undefined, older]);
  });

  it("has an order for two of the same second", () => {
    const [a, b] = [policyIn("a-b", "c"), policyIn("a", "b-c")];
    const view = memoryView([a, b]);
    expect([rivalOf(view, a), rivalOf(view, b)].filter((rival) => rival === undefined)).toHaveLength(1);
  });
});
