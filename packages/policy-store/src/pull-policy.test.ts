import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  moduleOf,
  moduleText,
  type StoreUnderTest,
  storeUnderTest,
} from "./testing/store-under-test.ts";

const { signal } = new AbortController();

let under: StoreUnderTest;
let host = "";
beforeEach(async () => {
  under = await storeUnderTest();
  ({ host } = under.registry);
});
afterEach(() => under[Symbol.asyncDispose]());

describe("a store that asks always", () => {
  it("notices that a tag has moved, which is no damage", async () => {
    under.put("v1", "one");
    await under.store.fetch(`${host}/acme/p:v1`, { signal });
    const store = under.reopened({ pullPolicy: "always" });
    under.asked();
    expect(moduleText(await store.fetch(`${host}/acme/p:v1`, { signal }))).toBe("one");
    expect(under.asked()).toEqual(["GET manifests/v1"]);
    under.put("v1", "two");
    expect(moduleText(await store.fetch(`${host}/acme/p:v1`, { signal }))).toBe("two");
    expect(under.warnings).toEqual([]);
  });

  it("downloads from web servers each time", async () => {
    const answers = ["one", "two"];
    under.registry.intercept = () => ({ status: 200, body: moduleOf(answers.shift() ?? "") });
    const store = under.reopened({ pullPolicy: "always" });
    for (const text of ["one", "two"]) {
      expect(moduleText(await store.fetch(`http://${host}/x.wasm`, { signal }))).toBe(text);
    }
  });
});

describe("a store that never asks", () => {
  it.each([
    ["a tag", "v1"],
    ["latest", "latest"],
  ])("has what it has of %s", async (_row, tag) => {
    under.put(tag, "one");
    await under.store.fetch(`${host}/acme/p:${tag}`, { signal });
    under.put(tag, "two");
    under.asked();
    const store = under.reopened({ pullPolicy: "never" });
    expect(moduleText(await store.fetch(`${host}/acme/p:${tag}`, { signal }))).toBe("one");
    expect(under.asked()).toEqual([]);
  });

  it("needs the manifest of a digest in the store", async () => {
    const digest = under.put("v1", "one");
    const url = `${host}/acme/p@${digest}`;
    await under.store.fetch(url, { signal });
    const store = under.reopened({ pullPolicy: "never" });
    under.asked();
    expect(moduleText(await store.fetch(url, { signal }))).toBe("one");
    await rm(join(under.root, "manifests"), { recursive: true });
    const text = `registry://${url} is not in the store, and nothing may be downloaded`;
    expect(await failure(store.fetch(url, { signal }))).toEqual({ code: "STORE_MISSING", text });
    expect(under.asked()).toEqual([]);
  });

  it("asks about what must be admitted, and downloads no module", async () => {
    under.put("v1", "one");
    const url = `${host}/acme/p:v1`;
    await under.store.fetch(url, { signal });
    const store = under.reopened({ pullPolicy: "never", admit: async () => {} });
    under.asked();
    expect(moduleText(await store.fetch(url, { signal }))).toBe("one");
    expect(under.asked()).toEqual(["GET manifests/v1"]);
    under.put("v1", "two");
    expect(await failure(store.fetch(url, { signal }))).toMatchObject({ code: "STORE_NOT_CHECKABLE" });
  });

  it.each(["registry://HOST/acme/none:v1", "http://HOST/none.wasm"])("has no %s", async (url) => {
    const store = under.reopened({ pullPolicy: "never" });
    const uri = url.replace("HOST", host);
    expect(await failure(store.fetch(uri, { signal }))).toEqual({
      code: "STORE_MISSING",
      text: `${uri} is not in the store, and nothing may be downloaded`,
    });
    expect(under.asked()).toEqual([]);
  });
});
