import { mkdir, mkdtemp, readdir, rm, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Intercept } from "@kubewarden-ts/oci/testing";
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

describe("the folder of a store", () => {
  it("policy-server 29: takes modules of web servers, which are not asked for again", async () => {
    const url = `http://${host}/p/1.0/x.wasm`;
    under.registry.intercept = ({ url: path }) =>
      path === "/p/1.0/x.wasm" ? { status: 200, body: moduleOf("web") } : undefined;
    const first = await under.store.fetch(url, { signal });
    expect(first.path).toBe(join(under.root, "http", host, "p/1.0/x.wasm"));
    expect(text(await under.reopened().fetch(url, { signal }))).toBe("web");
    expect(under.asked()).toEqual(["GET /p/1.0/x.wasm"]);
  });

  it.each<[string, () => ReturnType<Intercept>]>([
    ["429", () => ({ status: 429 })],
    ["503", () => ({ status: 503 })],
  ])("takes a module of a web server that answers %s twice before", async (_row, refuse) => {
    let left = 2;
    under.registry.intercept = () => (left-- > 0 ? refuse() : { status: 200, body: moduleOf("web") });
    expect(text(await under.store.fetch(`http://${host}/x.wasm`, { signal }))).toBe("web");
    expect(under.asked()).toHaveLength(3);
  });

  it("takes a module of a web server that cut off the connection before", async () => {
    let left = 1;
    under.registry.intercept = (_request, response) => {
      if (left-- <= 0) return { status: 200, body: moduleOf("web") };
      response.destroy();
      return "handled";
    };
    expect(text(await under.store.fetch(`http://${host}/x.wasm`, { signal }))).toBe("web");
  });

  it("asks a web server once for what is not there", async () => {
    const gone = failure(under.store.fetch(`http://${host}/x.wasm`, { signal }));
    expect(await gone).toEqual({ code: "STORE_HTTP_STATUS", text: "HTTP status 404" });
    expect(under.asked()).toHaveLength(1);
  });

  it.each(["v1", "latest"])("holds whole files while several stores write %s", async (tag) => {
    under.put(tag, "one");
    const stores = Array.from({ length: 8 }, () => under.reopened());
    const modules = await Promise.all(
      stores.map((store) => store.fetch(`${host}/acme/p:${tag}`, { signal })),
    );
    expect(modules.map(text)).toEqual(modules.map(() => "one"));
    expect(await readdir(join(under.root, "registry", host, "acme"))).toEqual([`p:${tag}`]);
  });

  it("is cleaned of what was left by somebody who was killed while writing", async () => {
    under.put("v1", "one");
    const folder = join(under.root, "registry", host, "acme");
    await mkdir(folder, { recursive: true });
    const [old, young] = ["0", "1"].map((digit) => `.${digit.repeat(8)}-0000-4000-8000-000000000000.tmp`);
    for (const name of [old, young]) await writeFile(join(folder, name ?? ""), "half");
    await utimes(join(folder, old ?? ""), 1, 1);
    await under.store.fetch(`${host}/acme/p:v1`, { signal });
    expect((await readdir(folder)).toSorted()).toEqual([young, "p:v1"]);
  });

  it("that cannot be written to is named", async () => {
    under.put("v1", "one");
    // a file is in the way, which stops the administrator of the machine too
    await writeFile(join(under.root, "registry"), "");
    expect(await failure(under.store.fetch(`${host}/acme/p:v1`, { signal }))).toEqual({
      code: "STORE_NOT_WRITABLE",
      text: `cannot write ${join(under.root, "registry", host, "acme/p:v1")}: Not a directory (os error 20)`,
    });
  });

  describe("with a symbolic link", () => {
    let elsewhere = "";
    beforeEach(async () => {
      elsewhere = await mkdtemp(join(tmpdir(), "kubewarden-ts-elsewhere-"));
    });
    afterEach(() => rm(elsewhere, { recursive: true }));

    it.each([
      ["a folder", "registry"],
      ["a folder of a host", "registry/{host}"],
      ["a file", "registry/{host}/acme/p:v1"],
    ])("writes nothing where %s leads out of it", async (_row, link) => {
      under.put("v1", "one");
      const path = join(under.root, link.replace("{host}", host));
      await mkdir(dirname(path), { recursive: true });
      const isFile = link.includes(":v1");
      if (isFile) await writeFile(join(elsewhere, "target"), moduleOf("secret"));
      await symlink(isFile ? join(elsewhere, "target") : elsewhere, path);
      expect(await failure(under.store.fetch(`${host}/acme/p:v1`, { signal }))).toMatchObject({
        code: "STORE_OUTSIDE",
      });
      expect(await readdir(elsewhere)).toEqual(isFile ? ["target"] : []);
    });

    it("follows one that stays in it, and is itself behind one", async () => {
      under.put("v1", "one");
      await mkdir(join(elsewhere, "real"));
      await symlink(join(elsewhere, "real"), join(elsewhere, "root"));
      const store = under.reopened({ root: join(elsewhere, "root") });
      const { path } = await store.fetch(`${host}/acme/p:v1`, { signal });
      await symlink("p:v1", path.replace(":v1", ":v2"));
      expect(text(await store.fetch(`${host}/acme/p:v2`, { signal }))).toBe("one");
    });
  });
});
