import { writeFile } from "node:fs/promises";
import { createRegistryClient, defaultSources, type ImageReference } from "@kubewarden-ts/oci";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type AdmitImage, moduleLayerType } from "./image-module.ts";
import {
  failure,
  moduleOf,
  type StoreUnderTest,
  storeUnderTest,
  moduleText as text,
} from "./testing/store-under-test.ts";
import { admitVerified, type VerifyImage } from "./verified-images.ts";

const { signal } = new AbortController();
const platform = { os: "linux", architecture: "amd64" };

let clients: AsyncDisposableStack;
let under: StoreUnderTest;
let url = "";
beforeEach(async () => {
  clients = new AsyncDisposableStack();
  under = await storeUnderTest();
  url = `${under.registry.host}/acme/p:v1`;
});
afterEach(async () => {
  await clients.disposeAsync();
  await under[Symbol.asyncDispose]();
});

function admit(verify: VerifyImage): AdmitImage {
  const sources = { ...defaultSources, insecureSources: new Set([under.registry.host]) };
  const client = clients.use(createRegistryClient({ sources, userAgent: "test/1", roots: () => [] }));
  return admitVerified({ verify, client, platform });
}

/** Holds for the manifest that the tag names at the time. */
const signedAs =
  (digest: string, seen: ImageReference[] = []): VerifyImage =>
  async (reference) => {
    seen.push(reference);
    return { digest };
  };

interface Layer {
  readonly mediaType: string;
  readonly digest: string;
  readonly size: number;
}

/** Puts an image with these layers under `v1`. */
function put(...layers: readonly Layer[]): string {
  const config = { mediaType: "application/vnd.wasm.config.v1+json", digest: blob("{}").digest, size: 2 };
  return under.registry.putManifest("acme/p", { schemaVersion: 2, config, layers }, { tag: "v1" });
}

function blob(content: Uint8Array | string, mediaType: string = moduleLayerType): Layer {
  return { mediaType, digest: under.registry.putBlob(content), size: content.length };
}

describe("images that are to be signed", () => {
  it("kwctl-and-oci 10: are used as they were verified, and verified before they are downloaded", async () => {
    const digest = put(blob(moduleOf("one")));
    const seen: ImageReference[] = [];
    const store = under.reopened({ admit: admit(signedAs(digest, seen)) });
    expect(text(await store.fetch(url, { signal }))).toBe("one");
    expect(seen).toEqual([{ registry: under.registry.host, repository: "acme/p", digest }]);
    expect(under.asked().slice(0, 2)).toEqual(["GET manifests/v1", `GET manifests/${digest}`]);
  });

  it("kwctl-and-oci 8: are refused, and nothing is downloaded, when they cannot be verified", async () => {
    put(blob(moduleOf("one")));
    const verify = () =>
      Promise.reject(new Error("Image verification failed", { cause: new Error("no trust root") }));
    const store = under.reopened({ admit: admit(verify) });
    expect(await failure(store.fetch(url, { signal }))).toEqual({
      code: "STORE_NOT_VERIFIED",
      text: "Image verification failed: no trust root",
    });
    expect(under.asked()).toEqual(["GET manifests/v1"]);
  });

  it("kwctl-and-oci 7: are refused when another manifest is signed than would be used", async () => {
    const signed = put(blob(moduleOf("one")));
    const moved = put(blob(moduleOf("evil")));
    const store = under.reopened({ admit: admit(signedAs(signed)) });
    expect(await failure(store.fetch(url, { signal }))).toEqual({
      code: "STORE_NOT_VERIFIED",
      text: `the manifest that is signed, ${signed}, is not the one in question, ${moved}`,
    });
  });

  const oneLayer = "Cannot verify local file integrity, the remote manifest doesn't have only one WASM layer";
  it.each<[string, () => readonly Layer[], string]>([
    ["no layer", () => [], oneLayer],
    ["two modules", () => [blob(moduleOf("one")), blob(moduleOf("two"))], oneLayer],
    ["a layer of another type", () => [blob(moduleOf("one"), "application/octet-stream")], oneLayer],
    [
      "a module without a SHA-256",
      () => [{ ...blob(moduleOf("one")), digest: `sha512:${"0".repeat(128)}` }],
      "The checksum inside of the remote manifest is not using the sha256 hashing algorithm as expected.",
    ],
  ])("kwctl-and-oci 10: are refused with %s in the signed manifest", async (_what, layers, message) => {
    const digest = put(...layers());
    const store = under.reopened({ admit: admit(signedAs(digest)) });
    expect(await failure(store.fetch(url, { signal }))).toEqual({
      code: "STORE_NOT_CHECKABLE",
      text: message,
    });
    expect(under.asked().filter((request) => request.includes("blobs"))).toEqual([]);
  });

  it("kwctl-and-oci 7: are downloaded again when the file in the store is another one", async () => {
    const digest = put(blob(moduleOf("one")));
    await under.store.fetch(url, { signal });
    const store = under.reopened({ admit: admit(signedAs(digest)) });
    const { path } = await store.fetch(url, { signal });
    await writeFile(path, moduleOf("evil"));
    expect(text(await store.fetch(url, { signal }))).toBe("one");
  });
});
