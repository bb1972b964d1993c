import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createTestKey, layerByKey, putLayers } from "@kubewarden-ts/sigstore/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  type KwctlWithRegistry,
  kwctlWithRegistry,
  sha256,
  silent,
} from "../testing/kwctl-with-registry.ts";
import { annotated, bare } from "../testing/stored-policies.ts";

const key = createTestKey();
let under: KwctlWithRegistry;
const kwctl: KwctlWithRegistry["kwctl"] = (line, options) => under.kwctl(line, options);
beforeEach(async () => {
  under = await kwctlWithRegistry({ "/key.pub": key.publicKey });
});
afterEach(() => under[Symbol.asyncDispose]());

describe("kwctl pull of a signed policy", () => {
  let path = "";
  beforeEach(async () => {
    const digest = under.put("acme/p:v1", annotated);
    putLayers(under.registry, "acme/p", digest, { layers: [await layerByKey(digest, { key })] });
    path = join(under.store, "registry", under.registry.host, "acme/p:v1");
  });
  const pull = "pull HOST/acme/p:v1 -k=/key.pub";
  const mismatch = `The digest of the local file doesn't match with the one reported inside of the signed manifest. Got sha256:${sha256(bare)} instead of sha256:${sha256(annotated)}`;
  const noDownload =
    "\n\nCaused by:\n    registry://HOST/acme/p:v1 is not in the store, and nothing may be downloaded";

  it("kwctl-and-oci 7: puts the right bytes where a tampered file was", async () => {
    await kwctl(pull);
    await writeFile(path, bare);
    expect(await kwctl(pull)).toMatchObject(silent);
    expect(await under.stored("registry/HOST/acme/p:v1")).toEqual(Buffer.from(annotated));
  });

  it("kwctl-and-oci 7: refuses a tampered file where nothing may be downloaded", async () => {
    await kwctl(pull);
    await writeFile(path, bare);
    expect(await kwctl(`${pull} --pull-policy never`)).toMatchObject(failure(mismatch + noDownload, under));
  });

  it("kwctl-and-oci 7: refuses a tampered file where the registry gives wrong bytes as well", async () => {
    await kwctl(pull);
    await writeFile(path, bare);
    under.registry.blobs.set(`sha256:${sha256(annotated)}`, Buffer.from(bare));
    const { code, stdout, stderr } = await kwctl(pull);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const start = `Error: ${mismatch}\n\nCaused by:\n`;
    expect(stderr.slice(0, start.length)).toBe(start);
  });

  it("kwctl-and-oci 10: names the file that is not there where nothing may be downloaded", async () => {
    const text = `Policy cannot be verified, local wasm file doesn't exist: ${path}${noDownload}`;
    expect(await kwctl(`${pull} --pull-policy never`)).toMatchObject(failure(text, under));
  });
});

describe("kwctl pull of an image that is no policy", () => {
  it("kwctl-and-oci 19: names the type of the layer that is none, and writes nothing", async () => {
    under.registry.putImage("acme/tar", { tag: "v1", layer: annotated });
    const type = "application/vnd.oci.image.layer.v1.tar";
    const text = `Fail to interact with OCI registry: Incompatible layer media type: ${type}`;
    expect(await kwctl("pull HOST/acme/tar:v1")).toMatchObject(failure(text, under));
    await expect(readdir(under.store)).rejects.toThrow("ENOENT");
    expect(await kwctl("pull HOST/acme/tar:v1 -o /x.wasm")).toMatchObject(failure(text, under));
    expect(under.files.written.has("/x.wasm")).toBe(false);
  });

  it("kwctl-and-oci 19: says that there is no layer, of which image, and writes nothing", async () => {
    const digest = under.registry.putBlob("{}");
    const config = { mediaType: "application/vnd.wasm.config.v1+json", digest, size: 2 };
    under.registry.putManifest("acme/empty", { schemaVersion: 2, config, layers: [] }, { tag: "v1" });
    const text = "Fail to interact with OCI registry: No layers to pull";
    const image = `could not pull policy registry://${under.registry.host}/acme/empty:v1: empty layers`;
    const refused = failure(`${text}\n\nCaused by:\n    ${image}`, under);
    expect(await kwctl("pull HOST/acme/empty:v1")).toMatchObject(refused);
    await expect(readdir(under.store)).rejects.toThrow("ENOENT");
    expect(await kwctl("pull HOST/acme/empty:v1 -o /x.wasm")).toMatchObject(refused);
    expect(under.files.written.has("/x.wasm")).toBe(false);
  });
});
