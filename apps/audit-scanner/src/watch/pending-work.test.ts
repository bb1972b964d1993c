import { describe, expect, it } from "vitest";
import type { ScannedPart } from "../config.ts";
import type { ObjectPlace } from "../scan/read-object.ts";
import { createPendingWork, type PendingWork } from "./pending-work.ts";

const everything: ScannedPart = { kind: "everything" };
const cluster: ScannedPart = { kind: "cluster" };
const named = (name: string): ScannedPart => ({ kind: "namespace", name });
const ignored = new Set(["ignored"]);
const pods = { apiVersion: "v1", group: "", version: "v1", kind: "Pod", plural: "pods", namespaced: true };

/** @param path - `namespace/name`, or a name for what is in none */
function place(path: string): ObjectPlace {
  const [namespace, name] = path.split("/");
  return name === undefined
    ? { resource: { ...pods, namespaced: false }, name: path }
    : { resource: pods, namespace, name };
}

const pathsOf = ({ objects }: ReturnType<PendingWork["take"]>) =>
  objects.map(({ namespace, name }) => (namespace === undefined ? name : `${namespace}/${name}`));

const many = (namespace: string, count: number) =>
  Array.from({ length: count }, (_, index) => place(`${namespace}/o-${index}`));

describe("createPendingWork", () => {
  it.each<[string, ScannedPart, readonly ScannedPart[], readonly string[]]>([
    ["all but ignored namespaces", everything, [named("a"), cluster], ["b/x"]],
    ["only what is in no namespace", cluster, [cluster], []],
    ["only that namespace, also an ignored one", named("ignored"), [named("ignored")], []],
  ])("takes each scope and each object once: %s", (_row, part, scopes, objects) => {
    const pending = createPendingWork(part, ignored);
    for (const scope of ["a", undefined, "a", "ignored"]) pending.markScope(scope);
    for (const path of ["b/x", "a/x", "b/x", "ignored/x", "node"]) pending.markObject(place(path));
    const work = pending.take();
    expect(work.scopes).toEqual(scopes);
    expect(pathsOf(work)).toEqual(objects);
    expect(pending.take()).toEqual({ scopes: [], objects: [] });
  });

  it("policies that changed are a scan of all that is scanned, and nothing besides", () => {
    const pending = createPendingWork(named("a"), ignored);
    pending.markObject(place("a/x"));
    pending.markAll();
    pending.markObject(place("a/y"));
    pending.markScope("a");
    expect(pending.take()).toEqual({ scopes: [named("a")], objects: [] });
  });

  it.each<[string, readonly ObjectPlace[], readonly ScannedPart[], number]>([
    ["up to a hundred of one scope are looked at by themselves", many("a", 100), [], 100],
    ["more of one scope are a scan of that scope", [...many("a", 101), place("b/x")], [named("a")], 1],
    [
      "many scopes with many objects are a scan of everything",
      Array.from({ length: 11 }, (_, index) => many(`ns-${index}`, 101)).flat(),
      [everything],
      0,
    ],
    [
      "many objects of many scopes are a scan of everything",
      Array.from({ length: 11 }, (_, index) => many(`ns-${index}`, 100)).flat(),
      [everything],
      0,
    ],
  ])("%s", (_row, places, scopes, objects) => {
    const pending = createPendingWork(everything, ignored);
    for (const each of places) pending.markObject(each);
    const work = pending.take();
    expect({ scopes: work.scopes, objects: work.objects.length }).toEqual({ scopes, objects });
  });

  it("an object comes once for each kind it is read as", () => {
    const pending = createPendingWork(everything, ignored);
    const { resource, ...rest } = place("a/x");
    pending.markObject({ resource, ...rest });
    pending.markObject({ resource: { ...resource, apiVersion: "other/v1" }, ...rest });
    expect(pending.take().objects).toHaveLength(2);
  });

  it("takes again what is marked again", () => {
    const pending = createPendingWork(everything, ignored);
    const work = { scopes: [cluster, named("a")], objects: [place("b/x")] };
    pending.mark(work);
    expect(pending.take()).toEqual(work);
    pending.mark({ scopes: [everything], objects: [place("b/x")] });
    expect(pending.take()).toEqual({ scopes: [everything], objects: [] });
  });

  it("tells when there is something, and not before", async () => {
    const pending = createPendingWork(cluster, ignored);
    let told = 0;
    void pending.any.then(() => told++);
    pending.markObject(place("elsewhere/x"));
    await Promise.resolve();
    expect(told).toBe(0);
    pending.markObject(place("node"));
    await pending.any;
    expect(told).toBe(1);
    pending.take();
    let again = false;
    void pending.any.then(() => (again = true));
    await Promise.resolve();
    expect(again).toBe(false);
  });
});
