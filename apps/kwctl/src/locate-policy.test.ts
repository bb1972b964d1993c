import type { PinnedPolicy, PolicyFolder } from "@kubewarden-ts/policy-store";
import { describe, expect, it } from "vitest";
import { localPolicy, locatePolicy } from "./locate-policy.ts";
import { memoryFiles } from "./testing/memory-files.ts";

const files = memoryFiles({ "policy.wasm": "", "/srv/a b.wasm": "", "0169": "" });
const stored: PinnedPolicy = {
  uri: "registry://h.test/p:v1",
  path: "/store/p",
  segments: [],
  digest: "sha256:aa",
};
/** Holds one policy, whose module has a digest of one digit over and over. */
const policies: Pick<PolicyFolder, "find" | "findByDigest"> = {
  find: async (uri) => (uri === stored.uri ? stored : undefined),
  findByDigest: async (prefix) => (/^(a+|0169)$/.test(prefix) ? stored : undefined),
};
const deps = { files, policies };

describe("locatePolicy", () => {
  it.each([
    ["a URL", "https://host/p.wasm", "https://host/p.wasm"],
    ["a file URL", "file:///srv/p.wasm", "file:///srv/p.wasm"],
    ["a reference, in its whole form", "registry://busybox", "registry://docker.io/library/busybox:latest"],
    ["what is no reference, as it is", "registry://host/p:v1 ", "registry://host/p:v1 "],
    ["an existing path, made absolute", "policy.wasm", "file:///home/test/policy.wasm"],
    ["a path with a blank", "/srv/a b.wasm", "file:///srv/a%20b.wasm"],
    ["a file rather than a policy with that digest", "0169", "file:///home/test/0169"],
    ["a policy of the store by its digest", "aa", stored.uri],
    ["a bare reference", "ghcr.io/acme/policy:v1", "registry://ghcr.io/acme/policy:v1"],
    ["a bare reference without a tag", "ghcr.io/acme/policy", "registry://ghcr.io/acme/policy:latest"],
  ])("kwctl-and-oci 39: finds %s", async (_row, name, url) => {
    const pinned = url === stored.uri ? { pinned: stored } : {};
    expect(await locatePolicy(name, deps)).toEqual({ uri: url, ...pinned });
  });

  it("kwctl-and-oci 39: says which digest it cannot find", async () => {
    await expect(locatePolicy("beef", deps)).rejects.toThrow("Cannot find policy with uri: beef");
  });
});

describe("localPolicy", () => {
  it("is a file", async () => {
    const found = await localPolicy({ uri: "file:///srv/a%20b.wasm" }, policies);
    expect(found).toEqual({ kind: "file", path: "/srv/a b.wasm" });
  });

  it("is one of the store", async () => {
    expect(await localPolicy({ uri: stored.uri }, policies)).toEqual({ kind: "stored", policy: stored });
  });

  it("kwctl-and-oci 39: is the one that a digest named, whatever lies at its address", async () => {
    const located = { uri: "https://host/p.wasm?1", pinned: stored };
    expect(await localPolicy(located, policies)).toEqual({ kind: "stored", policy: stored });
  });

  it.each([
    ["https://host/p.wasm", "Cannot find policy with uri: https://host/p.wasm"],
    ["registry://host/p:v1", "Cannot find policy with uri: registry://host/p:v1"],
    ["ftp://host/p.wasm", "Unknown scheme: ftp"],
  ])("kwctl-and-oci 39: is none for %s", async (url, message) => {
    await expect(localPolicy({ uri: url }, policies)).rejects.toThrow(message);
  });
});
