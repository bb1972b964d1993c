import { createHash } from "node:crypto";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import {
  failure,
  moduleOf,
  type StoreUnderTest,
  storeUnderTest,
  moduleText as text,
} from "./testing/store-under-test.ts";

const { signal } = new AbortController();
const sha256 = (bytes: Uint8Array): string => `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
const right = moduleOf("one");
const wrongFiles: [string, Uint8Array][] = [
  ["another module", moduleOf("evil")],
  ["no module", Buffer.from("evil")],
];

let under: StoreUnderTest;
let url = "";
let path = "";
beforeEach(async () => {
  under = await storeUnderTest({ admit: async () => {} });
  under.put("v1", "one");
  url = `${under.registry.host}/acme/p:v1`;
  path = join(under.root, "registry", under.registry.host, "acme/p:v1");
});
afterEach(() => under[Symbol.asyncDispose]());

async function putFile(bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, bytes);
}

const notTheSame = (file: Uint8Array): string =>
  `The digest of the local file doesn't match with the one reported inside of the signed manifest. Got ${sha256(file)} instead of ${sha256(right)}: `;

describe.each(wrongFiles)("a store with %s where the signed one belongs", (_what, wrong) => {
  it("kwctl-and-oci 7: downloads it once", async () => {
    await putFile(wrong);
    under.asked();
    expect(text(await under.store.fetch(url, { signal }))).toBe("one");
    expect(under.asked().filter((request) => request.includes("blobs"))).toHaveLength(1);
    expect(await readFile(path)).toEqual(Buffer.from(right));
  });

  it("kwctl-and-oci 7: does not use it where nothing may be downloaded", async () => {
    await putFile(wrong);
    const store = under.reopened({ pullPolicy: "never" });
    under.asked();
    expect(await failure(store.fetch(url, { signal }))).toEqual({
      code: "STORE_NOT_CHECKABLE",
      text: `${notTheSame(wrong)}registry://${url} is not in the store, and nothing may be downloaded`,
    });
    expect(under.asked()).toEqual(["GET manifests/v1"]);
    expect(await readFile(path)).toEqual(Buffer.from(wrong));
  });

  it.each<[string, () => void, string]>([
    [
      "wrong bytes again",
      () => under.registry.blobs.set(sha256(right), Buffer.from(moduleOf("two"))),
      "Fail to interact with OCI registry: Digest error: ",
    ],
    ["no bytes", () => void under.registry.blobs.delete(sha256(right)), ""],
    [
      "no answer",
      () => {
        under.registry.intercept = ({ url: asked }, response) => {
          if (!asked.includes("/blobs/")) return undefined;
          response.destroy();
          return "handled";
        };
      },
      "",
    ],
  ])("kwctl-and-oci 7: does not use it when the registry gives %s", async (_row, spoil, reason) => {
    await putFile(wrong);
    spoil();
    const failed = await failure(under.store.fetch(url, { signal }));
    expect(failed.code).toBe("STORE_NOT_CHECKABLE");
    const start = notTheSame(wrong) + reason;
    expect(failed.text.slice(0, start.length)).toBe(start);
    expect(await readFile(path)).toEqual(Buffer.from(wrong));
  });
});

describe("a store without the signed module", () => {
  it("kwctl-and-oci 10: names the file that is missing where nothing may be downloaded", async () => {
    const store = under.reopened({ pullPolicy: "never" });
    expect(await failure(store.fetch(url, { signal }))).toEqual({
      code: "STORE_NOT_CHECKABLE",
      text: `Policy cannot be verified, local wasm file doesn't exist: ${path}: registry://${url} is not in the store, and nothing may be downloaded`,
    });
  });

  it("kwctl-and-oci 20: tells what is wrong with a download, and keeps nothing", async () => {
    under.registry.blobs.set(sha256(right), Buffer.from(moduleOf("two")));
    expect(await failure(under.store.fetch(url, { signal }))).toMatchObject({ code: "OCI_DIGEST_MISMATCH" });
    await expect(readFile(path)).rejects.toThrow("ENOENT");
  });
});
