import { describe, expect, it } from "vitest";
import type { ScannedPart } from "../config.ts";
import { createDirtyScopes } from "./dirty-scopes.ts";

const everything: ScannedPart = { kind: "everything" };
const cluster: ScannedPart = { kind: "cluster" };
const named = (name: string): ScannedPart => ({ kind: "namespace", name });

describe("createDirtyScopes", () => {
  it.each<[string, ScannedPart, readonly ScannedPart[]]>([
    ["each scope once, without ignored ones", everything, [cluster, named("a"), named("b")]],
    ["only what is in no namespace", cluster, [cluster]],
    ["only that namespace, also an ignored one", named("ignored"), [named("ignored")]],
  ])("of %s", (_row, part, expected) => {
    const dirty = createDirtyScopes(part, new Set(["ignored"]));
    for (const namespace of ["a", undefined, "b", "a", "ignored"]) dirty.mark(namespace);
    expect(dirty.take()).toEqual(expected);
    expect(dirty.take()).toEqual([]);
  });

  it("is all that is scanned when policies changed", () => {
    const dirty = createDirtyScopes(named("a"), new Set());
    dirty.markAll();
    dirty.mark("a");
    expect(dirty.take()).toEqual([named("a")]);
  });

  it("tells when there is something, and not before", async () => {
    const dirty = createDirtyScopes(cluster, new Set());
    let told = 0;
    void dirty.any.then(() => told++);
    dirty.mark("elsewhere");
    await Promise.resolve();
    expect(told).toBe(0);
    dirty.mark(undefined);
    await dirty.any;
    expect(told).toBe(1);
    dirty.take();
    let again = false;
    void dirty.any.then(() => (again = true));
    await Promise.resolve();
    expect(again).toBe(false);
  });
});
