import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  moduleOf,
  type StoreUnderTest,
  storeUnderTest,
  moduleText as text,
} from "./testing/store-under-test.ts";

const { signal } = new AbortController();

let under: StoreUnderTest;
let host = "";
beforeEach(async () => {
  under = await storeUnderTest();
  ({ host } = under.registry);
});
afterEach(() => under[Symbol.asyncDispose]());

describe("refresh", () => {
  it("asks one small question while latest stays where it is", async () => {
    under.put("latest", "one");
    const known = await under.store.fetch(`${host}/acme/p`, { signal });
    under.asked();
    expect(await under.store.refresh(`${host}/acme/p`, known, { signal })).toBeUndefined();
    expect(under.asked()).toEqual(["HEAD manifests/latest"]);
  });

  it("gives the module that latest has moved to", async () => {
    under.put("latest", "one");
    const known = await under.store.fetch(`${host}/acme/p`, { signal });
    const manifestDigest = under.put("latest", "two");
    const moved = await under.store.refresh(`${host}/acme/p`, known, { signal });
    expect(moved).toMatchObject({ manifestDigest });
    expect(moved && text(moved)).toBe("two");
  });

  it("looks at a file", async () => {
    const path = join(under.root, "p.wasm");
    await writeFile(path, moduleOf("one"));
    const known = await under.store.fetch(`file://${path}`, { signal });
    expect(await under.store.refresh(`file://${path}`, known, { signal })).toBeUndefined();
    await writeFile(path, moduleOf("two"));
    const changed = await under.store.refresh(`file://${path}`, known, { signal });
    expect(changed && text(changed)).toBe("two");
  });

  it("does not ask for what does not change", async () => {
    under.put("v1", "one");
    const known = await under.store.fetch(`${host}/acme/p:v1`, { signal });
    under.asked();
    expect(await under.store.refresh(`${host}/acme/p:v1`, known, { signal })).toBeUndefined();
    expect(under.asked()).toEqual([]);
  });
});

describe("admission of images", () => {
  it("comes between manifest and module, also for a module of the store", async () => {
    const manifestDigest = under.put("v1", "one");
    const url = `${host}/acme/p:v1`;
    await under.store.fetch(url, { signal });
    under.asked();
    const seen: string[] = [];
    const store = under.reopened({ admit: async (image) => void seen.push(image.manifestDigest) });
    await store.fetch(url, { signal });
    expect(seen).toEqual([manifestDigest]);
    const strict = under.reopened({ admit: () => Promise.reject(new Error("no signatures")) });
    expect((await failure(strict.fetch(url, { signal }))).text).toBe("no signatures");
    expect(under.asked()).toEqual(["GET manifests/v1", "GET manifests/v1"]);
  });

  it("refuses what is no image", async () => {
    const path = join(under.root, "p.wasm");
    await writeFile(path, moduleOf("one"));
    const store = under.reopened({ admit: async () => {} });
    for (const url of [`file://${path}`, `http://${host}/p.wasm`]) {
      expect(await failure(store.fetch(url, { signal }))).toEqual({
        code: "STORE_NOT_ADMITTED",
        text: "Invalid OCI image reference: invalid reference format",
      });
    }
    expect(under.asked()).toEqual([]);
  });

  it("pins what is run to what was admitted", async () => {
    under.put("v1", "one");
    const url = `${host}/acme/p:v1`;
    await under.store.fetch(url, { signal });
    const store = under.reopened({
      // the tag moves while it is looked at
      admit: async () => void under.put("v1", "evil"),
    });
    expect(text(await store.fetch(url, { signal }))).toBe("one");
  });
});
