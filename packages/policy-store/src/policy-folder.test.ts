import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, rm, stat, symlink, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createPolicyFolder, type PolicyFolder } from "./policy-folder.ts";
import { failure, moduleOf, moduleText } from "./testing/store-under-test.ts";

let root = "";
let folder: PolicyFolder;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kubewarden-ts-policies-"));
  folder = createPolicyFolder({ root, maxBytes: 1024 });
});
afterEach(() => rm(root, { recursive: true }));

/** Puts a file where another program might have. */
async function put(path: string, bytes: Uint8Array = moduleOf(path)): Promise<void> {
  await mkdir(join(root, dirname(path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

const uris = async () => (await folder.list()).map(({ uri }) => uri);
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

describe("the policies of a store", () => {
  it("kwctl-and-oci 14: are listed by their URI, and nothing else is", async () => {
    await put("registry/ghcr.io:443/a/b/pol:v1");
    await put("https/h/p/1.0/x.wasm");
    await put("http/h:8080/x.wasm");
    await put(`registry/h/p@sha256:${"ab".repeat(32)}`);
    await put("registry/h/.00000000-0000-4000-8000-000000000000.tmp");
    await put("registry/alone");
    await put("manifests/sha256/ab");
    await put("ftp/h/x.wasm");
    await symlink(join(root, "http/h:8080/x.wasm"), join(root, "registry/h/link"));
    expect(await uris()).toEqual([
      "http://h:8080/x.wasm",
      "https://h/p/1.0/x.wasm",
      "registry://ghcr.io:443/a/b/pol:v1",
      `registry://h/p@sha256:${"ab".repeat(32)}`,
    ]);
  });

  it("kwctl-and-oci 41: are none where there is no folder", async () => {
    expect(await createPolicyFolder({ root: join(root, "none"), maxBytes: 1 }).list()).toEqual([]);
  });

  it("kwctl-and-oci 48: have names that Windows allows", async () => {
    const windows = createPolicyFolder({ root, maxBytes: 1024, isWindows: true });
    await windows.write(["registry", "ghcr.io", "a", "p:v1"], moduleOf("one"));
    expect(await readdir(join(root, "registry/Z2hjci5pbw/YQ"))).toEqual(["cDp2MQ"]);
    await put("registry/no base64url/x");
    const listed = await windows.list();
    expect(listed.map(({ uri }) => uri)).toEqual(["registry://ghcr.io/a/p:v1"]);
    expect(await windows.find("registry://ghcr.io/a/p:v1")).toEqual(listed[0]);
  });

  it("that cannot be listed are named", async () => {
    await writeFile(join(root, "registry"), "");
    const file = createPolicyFolder({ root: join(root, "registry"), maxBytes: 1 });
    expect(await failure(file.list())).toEqual({
      code: "STORE_FILE_UNREADABLE",
      text: `cannot read ${join(root, "registry")}: Not a directory (os error 20)`,
    });
  });
});

describe("a policy of a store", () => {
  it.each([
    ["registry://h.test/p:v1", "registry://h.test/p:v1"],
    ["h.test/p:v1", "registry://h.test/p:v1"],
    ["registry://h.test/q", "registry://h.test/q:latest"],
    ["registry://busybox", "registry://docker.io/library/busybox:latest"],
    ["https://h.test:443/x.wasm", "https://h.test/x.wasm"],
    ["https://h.test/x.wasm?0123456789abcdef", "https://h.test/x.wasm?0123456789abcdef"],
    ["registry://h/p:v1", "registry://h/p:v1"],
    ["registry://h.test/p:v2", undefined],
    ["registry://h.test/../h.test/p:v1", undefined],
    ["registry://h.test/p:v1 ", "registry://h.test/p:v1"],
    ["registry://h.test/P:v1", undefined],
    ["registry://h.test", undefined],
    ["https://h.test/", undefined],
    ["https://h.test/x.wasm?v=1", undefined],
  ])("is found by %j", async (uri, found) => {
    await put("registry/h.test/p:v1");
    await put("registry/h.test/q:latest");
    await put("registry/h/p:v1");
    await put("registry/docker.io/library/busybox:latest");
    await put("https/h.test/x.wasm");
    await put("https/h.test/x.wasm?0123456789abcdef");
    expect((await folder.find(uri))?.uri).toBe(found);
  });

  it.each([
    ["file:///x.wasm", "file"],
    ["ftp://h/x.wasm", "ftp"],
  ])("is not looked for by %s", async (uri, scheme) => {
    expect(await failure(folder.find(uri))).toEqual({
      code: "STORE_URL_INVALID",
      text: `unknown scheme: ${scheme}`,
    });
  });

  it("that cannot be there is not found", async () => {
    expect(await folder.find(`https://h.test/${"x".repeat(300)}`)).toBeUndefined();
  });

  it("kwctl-and-oci 39: is found by digits of its SHA-256, by all or the first", async () => {
    const digest = digestOf(moduleOf("one"));
    await put("registry/h/one:v1", moduleOf("one"));
    for (const length of [64, 12, 4]) {
      expect((await folder.findByDigest(digest.slice(0, length)))?.uri).toBe("registry://h/one:v1");
    }
    expect(await folder.findByDigest(`${digest.slice(0, 8)}x`)).toBeUndefined();
  });

  it("kwctl-and-oci 39: is not chosen from several with the same digits", async () => {
    await put("registry/h/one:v1", moduleOf("one"));
    await put("registry/h/two:v1", moduleOf("one"));
    const prefix = digestOf(moduleOf("one")).slice(0, 4);
    expect(await failure(folder.findByDigest(prefix))).toEqual({
      code: "STORE_AMBIGUOUS",
      text: `multiple policies found with the same prefix: ${prefix}`,
    });
  });

  it("kwctl-and-oci 39: is not read for the one that a digest named and that was exchanged since", async () => {
    await put("registry/h/p:v1", moduleOf("one"));
    const found = (await folder.findByDigest(digestOf(moduleOf("one")))) ?? expect.fail();
    expect(moduleText(await folder.read(found))).toBe("one");
    await put("registry/h/p:v1", moduleOf("other"));
    expect(await failure(folder.read(found))).toEqual({
      code: "STORE_DAMAGED",
      text: `registry://h/p:v1 is another module since it was found: expected the one with the digest ${found.digest}`,
    });
  });

  it("is found beside one that cannot be read", async () => {
    await put("registry/h/big:v1", Buffer.alloc(2000));
    await put("registry/h/one:v1", moduleOf("one"));
    expect((await folder.findByDigest(digestOf(moduleOf("one"))))?.uri).toBe("registry://h/one:v1");
  });

  it("is read as it was written, or as another program wrote it since", async () => {
    const segments = ["registry", "h", "p:v1"];
    await folder.write(segments, moduleOf("one"));
    const [policy = expect.fail()] = await folder.list();
    expect(moduleText(await folder.read(policy))).toBe("one");
    await put("registry/h/p:v1", moduleOf("other"));
    expect(moduleText(await folder.read(policy))).toBe("other");
  });

  it("is refused when its bytes have changed, and nobody wrote them", async () => {
    await folder.write(["registry", "h", "p:v1"], moduleOf("one"));
    const [policy = expect.fail()] = await folder.list();
    const { mtimeMs } = await stat(policy.path);
    await writeFile(policy.path, moduleOf("evl"));
    const sameMs = (Math.trunc(mtimeMs) + 0.5) / 1000; // in the middle: no rounding leads to another one
    await utimes(policy.path, sameMs, sameMs);
    expect(await failure(folder.read(policy))).toEqual({
      code: "STORE_DAMAGED",
      text: `${policy.path} is not the module that was written: remove it, or pull it again`,
    });
  });

  it("is refused when it was cut off", async () => {
    await put("registry/h/p:v1", moduleOf("one").subarray(0, 10));
    const [policy = expect.fail()] = await folder.list();
    expect(await failure(folder.read(policy))).toMatchObject({ code: "STORE_DAMAGED" });
  });

  it("that was removed meanwhile is missed", async () => {
    await put("registry/h/p:v1");
    const [policy = expect.fail()] = await folder.list();
    await folder.remove(policy);
    expect(await failure(folder.read(policy))).toEqual({
      code: "STORE_MISSING",
      text: "registry://h/p:v1 is not in the store any more",
    });
    await folder.remove(policy);
  });

  it("kwctl-and-oci 40: goes with the folders that held nothing else", async () => {
    await folder.write(["registry", "h", "a", "b", "p:v1"], moduleOf("one"));
    await folder.write(["registry", "h", "q:v1"], moduleOf("two"));
    const [first = expect.fail(), second = expect.fail()] = await folder.list();
    await folder.remove(first);
    expect(await uris()).toEqual(["registry://h/q:v1"]);
    expect(await readdir(join(root, "registry/h"))).toEqual(["q:v1"]);
    await folder.remove(second);
    expect(await readdir(root)).toEqual([]);
  });
});

describe("the manifests of a policy with a digest", () => {
  const config = {
    mediaType: "application/vnd.wasm.config.v1+json",
    digest: `sha256:${"0".repeat(64)}`,
    size: 2,
  };
  const image = Buffer.from(JSON.stringify({ schemaVersion: 2, config, layers: [] }));
  const entry = {
    ...{ mediaType: "application/vnd.oci.image.manifest.v1+json", size: image.length },
    digest: `sha256:${digestOf(image)}`,
  };
  const gone = { ...entry, digest: `sha256:${"1".repeat(64)}` };
  const mediaType = "application/vnd.oci.image.index.v1+json";
  const index = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests: [entry, gone] }));
  const place = (bytes: Uint8Array) => ["manifests", "sha256", digestOf(bytes)];

  it("are its own, and those of an index that are there", async () => {
    await put(`registry/h/p@sha256:${digestOf(index)}`);
    const [policy = expect.fail()] = await folder.list();
    expect(await folder.manifests(policy)).toEqual([]);
    for (const bytes of [index, image]) await folder.write(place(bytes), bytes);
    expect(await folder.manifests(policy)).toEqual([
      { segments: place(index), bytes: index },
      { segments: place(image), bytes: image },
    ]);
  });

  it("are none of a policy with a tag", async () => {
    await put("registry/h/p:v1");
    const [policy = expect.fail()] = await folder.list();
    expect(await folder.manifests(policy)).toEqual([]);
  });

  it("are not written where another one belongs", async () => {
    expect(await failure(folder.write(place(index), image))).toMatchObject({ code: "STORE_DAMAGED" });
    expect(await readdir(root)).toEqual([]);
  });
});
