import { describe, expect, it } from "vitest";
import { localPolicyPath, locatePolicy } from "./locate-policy.ts";
import { memoryFiles } from "./testing/memory-files.ts";

const files = memoryFiles({ "policy.wasm": "", "/srv/a b.wasm": "", "0169": "" });

describe("locatePolicy", () => {
  it.each([
    ["a URL", "https://host/p.wasm", "https://host/p.wasm"],
    ["a file URL", "file:///srv/p.wasm", "file:///srv/p.wasm"],
    ["an existing path, made absolute", "policy.wasm", "file:///home/test/policy.wasm"],
    ["a path with a blank", "/srv/a b.wasm", "file:///srv/a%20b.wasm"],
    ["a file whose name looks like a digest", "0169", "file:///home/test/0169"],
    ["a bare reference", "ghcr.io/acme/policy:v1", "registry://ghcr.io/acme/policy:v1"],
  ])("kwctl-and-oci 39: finds %s", async (_row, name, url) => {
    expect(await locatePolicy(name, files)).toBe(url);
  });

  it("kwctl-and-oci 39: says which digest it cannot find", async () => {
    await expect(locatePolicy("beef", files)).rejects.toThrow("Cannot find policy with uri: beef");
  });
});

describe("localPolicyPath", () => {
  it("reads files", () => {
    expect(localPolicyPath("file:///srv/a%20b.wasm")).toBe("/srv/a b.wasm");
  });

  it("finds no other policies", () => {
    expect(() => localPolicyPath("https://host/p.wasm")).toThrow(
      "Cannot find policy with uri: https://host/p.wasm",
    );
  });
});
