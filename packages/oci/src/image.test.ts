import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatManifestAndConfig } from "./manifest/manifest.ts";
import { clientFor, imageAt } from "./testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "./testing/fake-registry.ts";

const { signal } = new AbortController();

let registry: FakeRegistry;
let digest = "";
beforeAll(async () => {
  registry = await startFakeRegistry();
  digest = registry.putImage("acme/app", { tag: "v1", config: { os: "linux" } });
});
beforeEach(() => {
  registry.intercept = undefined;
  registry.requests.length = 0;
});
afterAll(() => registry[Symbol.asyncDispose]());

describe("policy-runtime 39: fetchManifestAndConfig", () => {
  const indexType = "application/vnd.oci.image.index.v1+json";
  const entry = (digest: string, os: string, architecture: string) => ({
    ...{ mediaType: "application/vnd.oci.image.manifest.v1+json", digest, size: 1 },
    platform: { os, architecture },
  });
  const putIndex = (tag: string, manifests: unknown[]): string =>
    registry.putManifest(
      "acme/app",
      { schemaVersion: 2, mediaType: indexType, manifests },
      { tag, mediaType: indexType },
    );
  const platform = { os: "linux", architecture: "arm64" };

  it("takes the entry of the platform", async () => {
    const arm = registry.putImage("acme/app", { tag: "arm", config: { architecture: "arm64" } });
    putIndex("multi", [entry(digest, "linux", "amd64"), entry(arm, "linux", "arm64")]);
    await using client = clientFor([registry]);
    const found = await client.fetchManifestAndConfig(imageAt(registry, { tag: "multi" }), {
      signal,
      platform,
    });
    expect(found.digest).toBe(arm);
    const guest = JSON.parse(formatManifestAndConfig(found));
    expect(guest).toMatchObject({
      digest: arm,
      config: { architecture: "arm64" },
      manifest: { schemaVersion: 2 },
    });
  });

  it.each([
    [
      "no entry for the platform",
      () => [entry(digest, "linux", "amd64")],
      "Image manifest not found: no entry found in image index manifest matching client's default platform: linux/arm64",
    ],
    [
      "an index in an index",
      () => [entry(putIndex("inner", []), "linux", "arm64")],
      "Image manifest not found: the entry for this platform is an image index itself",
    ],
  ])("refuses %s", async (_row, manifests, text) => {
    putIndex("odd", manifests());
    await using client = clientFor([registry]);
    const image = client.fetchManifestAndConfig(imageAt(registry, { tag: "odd" }), { signal, platform });
    await expect(image).rejects.toMatchObject({
      code: "OCI_PLATFORM_MISSING",
      message: `Fail to interact with OCI registry: ${text}`,
    });
  });

  it("refuses a configuration above the limit", async () => {
    registry.putImage("acme/app", { tag: "large", config: { text: "x".repeat(1000) } });
    await using client = clientFor([registry], { limits: { maxConfigBytes: 1000 } });
    const image = client.fetchManifestAndConfig(imageAt(registry, { tag: "large" }), { signal, platform });
    await expect(image).rejects.toMatchObject({ code: "OCI_TOO_LARGE" });
  });
});
