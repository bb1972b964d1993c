import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  moduleOf,
  type StoreUnderTest,
  storeUnderTest,
  moduleText as text,
} from "./testing/store-under-test.ts";

const damaged = "a module in the store is not what it should be, it is downloaded again";
const { signal } = new AbortController();

let under: StoreUnderTest;
let host = "";
beforeEach(async () => {
  under = await storeUnderTest();
  ({ host } = under.registry);
});
afterEach(() => under[Symbol.asyncDispose]());

/** Answers the first requests for each with these statuses. */
function refusing(left: Record<"manifests" | "blobs", number[]>): StoreUnderTest["registry"]["intercept"] {
  return ({ url }) => {
    const kind = url.includes("/manifests/") ? "manifests" : url.includes("/blobs/") ? "blobs" : undefined;
    const status = kind && left[kind].shift();
    return status === undefined ? undefined : { status };
  };
}

describe("a module of an image", () => {
  it("policy-server 29: is downloaded, checked, and kept under its path", async () => {
    const manifestDigest = under.put("v1", "one");
    const module = await under.store.fetch(`registry://${host}/acme/p:v1`, { signal });
    const path = join(under.root, "registry", host, "acme/p:v1");
    expect(module).toMatchObject({ path, manifestDigest });
    expect(text(module)).toBe("one");
    expect(under.registry.blobs.has(module.digest)).toBe(true);
    expect(await readFile(path)).toEqual(Buffer.from(module.bytes));
    expect(await readdir(dirname(path))).toEqual(["p:v1"]);
  });

  it("policy-server 28: that is there is not asked for", async () => {
    under.put("v1", "one");
    const first = await under.store.fetch(`${host}/acme/p:v1`, { signal });
    under.put("v1", "two");
    under.asked();
    const { bytes, path, digest } = await under.reopened().fetch(`${host}/acme/p:v1`, { signal });
    expect({ bytes: Buffer.from(bytes), path, digest }).toEqual({
      ...{ bytes: Buffer.from(first.bytes), path: first.path, digest: first.digest },
    });
    expect(under.asked()).toEqual([]);
  });

  it.each(["acme/p", "acme/p:latest"])("policy-server 28: %s is asked for each time", async (image) => {
    under.put("latest", "one");
    await under.store.fetch(`${host}/${image}`, { signal });
    under.put("latest", "two");
    under.asked();
    const module = await under.reopened().fetch(`${host}/${image}`, { signal });
    expect(text(module)).toBe("two");
    expect(under.asked()).toEqual(["GET manifests/latest", `GET blobs/${module.digest}`]);
    expect(await readFile(join(under.root, "registry", host, "acme/p:latest"))).toEqual(
      Buffer.from(module.bytes),
    );
    expect(under.warnings).toEqual([]);
  });

  it("that latest still names is not downloaded again", async () => {
    under.put("latest", "one");
    await under.store.fetch(`${host}/acme/p`, { signal });
    under.asked();
    await under.reopened().fetch(`${host}/acme/p`, { signal });
    expect(under.asked()).toEqual(["GET manifests/latest"]);
  });

  it("that latest still names is known by a digest in capitals too", async () => {
    const bytes = moduleOf("one");
    const digest = under.registry.putBlob(bytes);
    const config = { mediaType: "application/vnd.wasm.config.v1+json", digest, size: 2 };
    const mediaType = "application/vnd.wasm.content.layer.v1+wasm";
    const layers = [{ mediaType, digest: digest.toUpperCase().replace("SHA", "sha"), size: bytes.length }];
    under.registry.putManifest("acme/p", { schemaVersion: 2, config, layers }, { tag: "latest" });
    const first = await under.store.fetch(`${host}/acme/p`, { signal });
    under.asked();
    const second = await under.reopened().fetch(`${host}/acme/p`, { signal });
    expect([first.digest, second.digest]).toEqual([digest, digest]);
    expect(under.asked()).toEqual(["GET manifests/latest"]);
  });

  it("policy-server 29: is one download, however its address is written", async () => {
    under.put("latest", "one");
    const urls = [`${host}/acme/p`, `registry://${host}/acme/p`, `registry://${host}/acme/p:latest`];
    const modules = await Promise.all(urls.map((url) => under.store.fetch(url, { signal })));
    expect(new Set(modules).size).toBe(1);
    expect(under.asked()).toHaveLength(2);
  });

  it("of an index is the one for the platform", async () => {
    const mediaType = "application/vnd.oci.image.index.v1+json";
    const entry = (tag: string, architecture: string) => ({
      ...{ mediaType: "application/vnd.oci.image.manifest.v1+json", digest: under.put(tag, tag), size: 1 },
      platform: { os: "linux", architecture },
    });
    const manifests = [entry("arm", "arm64"), entry("amd", "amd64")];
    const digest = under.registry.putManifest(
      "acme/p",
      { schemaVersion: 2, mediaType, manifests },
      {
        ...{ tag: "multi", mediaType },
      },
    );
    const module = await under.store.fetch(`${host}/acme/p:multi`, { signal });
    expect(text(module)).toBe("amd");
    expect(module.manifestDigest).toBe(digest);
  });

  it("is tried again after what may pass", async () => {
    under.put("v1", "one");
    under.registry.intercept = refusing({ manifests: [429, 503], blobs: [500, 502] });
    expect(text(await under.store.fetch(`${host}/acme/p:v1`, { signal }))).toBe("one");
  });
});

describe("policy-server 28: a module behind a digest", () => {
  it("needs no registry, once it was there", async () => {
    const digest = under.put("v1", "one");
    await under.store.fetch(`${host}/acme/p:v1@${digest}`, { signal });
    under.asked();
    const module = await under.reopened().fetch(`${host}/acme/p:v1@${digest}`, { signal });
    expect(module.manifestDigest).toBe(digest);
    expect(under.asked()).toEqual([]);
  });

  it.each(["the module", "the manifest", "both"])(
    "is what the digest says, though somebody changed %s",
    async (what) => {
      const digest = under.put("v1", "one");
      const evil = under.registry.manifests.get(`acme/p@${under.put("evil", "evil")}`) ?? expect.fail();
      const { path } = await under.store.fetch(`${host}/acme/p@${digest}`, { signal });
      const manifestPath = join(under.root, "manifests", ...digest.split(":"));
      if (what !== "the manifest") await writeFile(path, moduleOf("evil"));
      if (what !== "the module") await writeFile(manifestPath, evil.bytes);
      expect(text(await under.reopened().fetch(`${host}/acme/p@${digest}`, { signal }))).toBe("one");
      expect(await readFile(path)).toEqual(Buffer.from(moduleOf("one")));
      const ofManifest = "a manifest in the store cannot be used, the registry is asked";
      expect(under.warnings).toContain(what === "the manifest" ? ofManifest : damaged);
    },
  );

  it("is refused when nobody can tell what the digest names", async () => {
    const digest = under.put("v1", "one");
    await under.store.fetch(`${host}/acme/p@${digest}`, { signal });
    await rm(join(under.root, "manifests"), { recursive: true });
    under.registry.manifests.clear();
    expect(await failure(under.reopened().fetch(`${host}/acme/p@${digest}`, { signal }))).toMatchObject({
      code: "OCI_NOT_FOUND",
    });
  });
});

describe("a module that is damaged in the store", () => {
  it.each([
    ["was cut off", (path: string) => truncate(path, 11)],
    ["is empty", (path: string) => truncate(path, 0)],
    ["is something else", (path: string) => writeFile(path, "<html>")],
  ])("is downloaded again when it %s", async (_row, damage) => {
    under.put("v1", "one");
    const { path } = await under.store.fetch(`${host}/acme/p:v1`, { signal });
    await damage(path);
    expect(text(await under.reopened().fetch(`${host}/acme/p:v1`, { signal }))).toBe("one");
    expect(await readFile(path)).toEqual(Buffer.from(moduleOf("one")));
    expect(under.warnings).toEqual([damaged]);
  });
});

describe("an image that is no policy", () => {
  const put = (tag: string, layers: unknown[]) => {
    const config = {
      mediaType: "application/vnd.wasm.config.v1+json",
      digest: under.registry.putBlob("{}"),
      size: 2,
    };
    under.registry.putManifest("acme/p", { schemaVersion: 2, config, layers }, { tag });
  };
  const layer = (mediaType: string, bytes: Uint8Array) => ({
    ...{ mediaType, digest: under.registry.putBlob(bytes), size: bytes.length },
  });
  const wasm = "application/vnd.wasm.content.layer.v1+wasm";
  const nothing = () => readdir(under.root);

  it("kwctl-and-oci 19: without layers", async () => {
    put("v1", []);
    expect(await failure(under.store.fetch(`${host}/acme/p:v1`, { signal }))).toEqual({
      ...{
        code: "STORE_NO_MODULE",
        text: `Fail to interact with OCI registry: No layers to pull: could not pull policy registry://${host}/acme/p:v1: empty layers`,
      },
    });
    expect(await nothing()).toEqual([]);
  });

  it("kwctl-and-oci 19: with a layer of another type", async () => {
    put("v1", [layer(wasm, moduleOf("one")), layer("text/plain", Buffer.from("x"))]);
    expect(await failure(under.store.fetch(`${host}/acme/p:v1`, { signal }))).toEqual({
      code: "STORE_NO_MODULE",
      text: "Fail to interact with OCI registry: Incompatible layer media type: text/plain",
    });
    expect(await nothing()).toEqual([]);
  });

  it("with bytes of something else", async () => {
    put("v1", [layer(wasm, Buffer.from("<html>"))]);
    expect(await failure(under.store.fetch(`${host}/acme/p:v1`, { signal }))).toEqual({
      ...{ code: "STORE_NOT_WASM", text: "invalid wasm file" },
    });
    expect(await nothing()).toEqual([]);
  });

  it("with more bytes than allowed", async () => {
    put("v1", [layer(wasm, Buffer.concat([moduleOf("one"), Buffer.alloc(2000)]))]);
    expect(await failure(under.store.fetch(`${host}/acme/p:v1`, { signal }))).toMatchObject({
      code: "OCI_TOO_LARGE",
    });
    expect(await nothing()).toEqual([]);
  });

  it("with other bytes than its digest says", async () => {
    const digest = under.put("v1", "one");
    const [blob] = [...under.registry.blobs.keys()].slice(-1);
    under.registry.blobs.set(blob ?? "", Buffer.from(moduleOf("two")));
    expect(digest).toMatch(/^sha256:/);
    expect(await failure(under.store.fetch(`${host}/acme/p:v1`, { signal }))).toMatchObject({
      code: "OCI_DIGEST_MISMATCH",
    });
    expect(await nothing()).toEqual([]);
  });
});

describe("a store that is asked for", () => {
  it.each([
    ["ftp://host.test/x.wasm", "STORE_URL_INVALID", "unknown scheme: ftp"],
    [
      "registry://ghcr.io/../../etc/passwd:v1",
      "STORE_URL_INVALID",
      "Invalid OCI image reference: invalid reference format",
    ],
    ["ghcr.io/a%2f..%2fb:v1", "STORE_URL_INVALID", "Invalid OCI image reference: invalid reference format"],
    ["ghcr.io/a/b:../../x", "STORE_URL_INVALID", "Invalid OCI image reference: invalid reference format"],
    ["ghcr.io//etc/passwd", "STORE_URL_INVALID", "Invalid OCI image reference: invalid reference format"],
    [
      "",
      "STORE_URL_INVALID",
      "Invalid OCI image reference: repository name must have at least one component",
    ],
    ["not a reference", "STORE_URL_INVALID", "invalid domain character"],
    ["https://host.test/", "STORE_URL_INVALID", "https://host.test/ names no file"],
  ])("%s answers %s", async (url, code, message) => {
    expect(await failure(under.store.fetch(url, { signal }))).toEqual({ code, text: message });
  });

  it("something that hangs gives up", async () => {
    under.registry.intercept = () => "handled";
    const store = under.reopened({ timeoutMs: 20 });
    expect(await failure(store.fetch(`${host}/acme/p:v1`, { signal }))).toEqual({
      ...{ code: "STORE_TIMEOUT", text: "no complete answer within 20 ms" },
    });
  });

  it("something that nobody waits for any more stops", async () => {
    const caller = new AbortController();
    under.registry.intercept = () => {
      caller.abort();
      return "handled";
    };
    expect(await failure(under.store.fetch(`${host}/acme/p:v1`, { signal: caller.signal }))).toMatchObject({
      code: "STORE_ABORTED",
    });
  });
});
