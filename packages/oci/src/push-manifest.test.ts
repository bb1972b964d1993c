import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answers, clientFor, hash, imageAt } from "./testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "./testing/fake-registry.ts";
import { failure } from "./testing/fake-storage.ts";

const { signal } = new AbortController();
const type = "application/vnd.oci.image.manifest.v1+json";

let registry: FakeRegistry;
beforeAll(async () => {
  registry = await startFakeRegistry();
});
beforeEach(() => {
  registry.intercept = undefined;
  registry.requests.length = 0;
});
afterAll(() => registry[Symbol.asyncDispose]());

describe("kwctl-and-oci 11: pushManifest", () => {
  const bytes = Buffer.from('{"schemaVersion":2}');
  const digest = hash("sha256", bytes);

  it.each([
    ["the tag", { tag: "v1" }, "v1"],
    ["the digest", { digest }, digest],
    ["the tag, where there is a digest too", { tag: "v1", digest }, "v1"],
  ])("puts it under %s, byte for byte", async (_row, target, name) => {
    await using client = clientFor([registry]);
    expect(await client.pushManifest(imageAt(registry, target), bytes, type, { signal })).toBe(digest);
    expect(registry.requests.at(-1)).toMatchObject({ method: "PUT", url: `/v2/acme/app/manifests/${name}` });
    const key = name === "v1" ? "acme/app:v1" : `acme/app@${digest}`;
    expect(registry.manifests.get(key)).toEqual({ bytes, mediaType: type });
  });

  it.each([
    ["no location", {}],
    ["the URL of the tag", { location: "/v2/acme/app/manifests/v1" }],
    ["a location that is no URL", { location: "http://[" }],
    ["a digest of another algorithm", { "docker-content-digest": hash("sha512", bytes) }],
  ])("computes the digest itself, where the registry answers with %s", async (_row, headers) => {
    registry.intercept = answers({ status: 201, headers });
    await using client = clientFor([registry]);
    expect(await client.pushManifest(imageAt(registry), bytes, type, { signal })).toBe(digest);
  });

  it("fails where the registry took something else, or refuses", async () => {
    const elsewhere = { "docker-content-digest": hash("sha256", "other") };
    registry.intercept = answers(
      { status: 201, headers: elsewhere },
      failure(404, "BLOB_UNKNOWN", "blob unknown to registry"),
      { status: 200 },
    );
    await using client = clientFor([registry]);
    const push = () => client.pushManifest(imageAt(registry), bytes, type, { signal });
    await expect(push()).rejects.toMatchObject({ code: "OCI_DIGEST_MISMATCH" });
    await expect(push()).rejects.toMatchObject({ code: "OCI_NOT_FOUND" });
    await expect(push()).rejects.toMatchObject({ code: "OCI_PROTOCOL" });
  });

  it("refuses bytes that are not those of the reference, without asking", async () => {
    await using client = clientFor([registry]);
    const wrong = imageAt(registry, { digest: hash("sha256", "other") });
    await expect(client.pushManifest(wrong, bytes, type, { signal })).rejects.toMatchObject({
      code: "OCI_DIGEST_MISMATCH",
    });
    expect(registry.requests).toEqual([]);
  });
});
