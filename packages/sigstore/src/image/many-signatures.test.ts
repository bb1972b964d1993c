import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ImageUnderTest, startImage } from "../../fixtures/image-under-test.ts";
import { byKey, key, noTrust, otherKey } from "../../fixtures/signers.ts";
import { bundleByKey, layerByKey } from "../testing/index.ts";
import type { SignatureReader } from "./find-signatures.ts";

let image: ImageUnderTest;

beforeEach(async () => {
  image = await startImage();
});
afterEach(() => image[Symbol.asyncDispose]());

describe("many signatures", () => {
  it("are not looked at when nobody who means well makes so many", async () => {
    const layer = await layerByKey(image.digest, { key });
    image.putLayers(Array.from({ length: 101 }, () => layer));
    const { code, reasons } = await image.refusal(byKey, noTrust);
    expect(code).toBe("SIGSTORE_NO_SIGNATURES");
    expect(reasons).toEqual([expect.stringContaining("there are 101, more than 100")]);
  });

  it("are counted together, whatever manifests hold them, and each once", async () => {
    const { registry, repository, digest } = image;
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const bundleType = "application/vnd.dev.sigstore.bundle.v0.3+json";
    const blob = (content: string) => ({ digest: registry.putBlob(content), size: content.length });
    const refer = (contents: readonly string[]) =>
      registry.putManifest(repository, {
        ...{ schemaVersion: 2, mediaType, artifactType: bundleType },
        config: { mediaType: "application/vnd.oci.empty.v1+json", ...blob("{}") },
        layers: contents.map((content) => ({ mediaType: bundleType, ...blob(content) })),
        subject: { mediaType, digest, size: 100 },
      });
    const texts = (name: string): string[] => Array.from({ length: 60 }, (_, index) => `${name} ${index}`);
    image.putBundles([await bundleByKey(digest, { key })]);
    refer(texts("one"));
    refer([...texts("one"), "again"]);
    await image.verify(byKey, noTrust);
    refer(texts("other"));
    const { reasons } = await image.refusal({ kind: "pubKey", key: otherKey.publicKey }, noTrust);
    expect(reasons.join("\n")).toMatch(/there are \d+, more than 100/);
    const asked = registry.requests.filter(({ url }) => url.includes("/blobs/")).length;
    expect(asked).toBeLessThan(300);
  });

  it("are found among all that refers to an image", async () => {
    const { registry, repository, digest } = image;
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    const config = {
      mediaType: "application/vnd.oci.empty.v1+json",
      digest: registry.putBlob("{}"),
      size: 2,
    };
    for (let scan = 0; scan < 101; scan++) {
      registry.putManifest(repository, {
        ...{ schemaVersion: 2, mediaType, artifactType: "application/vnd.example.scan", config, layers: [] },
        ...{ subject: { mediaType, digest, size: 100 }, annotations: { scan: String(scan) } },
      });
    }
    image.putBundles([await bundleByKey(digest, { key })]);
    await image.verify(byKey, noTrust);
    expect(image.lines.map(({ message }) => message)).toEqual([
      "of what refers to an image, only a part is looked at",
    ]);
  });

  it("are said to have been looked at in part when they are not what was asked for", async () => {
    const fake = await bundleByKey(image.digest, { key: otherKey });
    const part =
      "Of 103 manifests that refer to the image, 100 were looked at: remove those that are no signatures, or copy the image and its signatures to a repository of their own";
    image.putBundles([fake]);
    const crowded = (client: SignatureReader): SignatureReader => ({
      ...client,
      async fetchReferrers(...args) {
        const [real = expect.fail()] = await client.fetchReferrers(...args);
        const others = Array.from({ length: 102 }, (_, index) => `sha256:${String(index).padStart(64, "0")}`);
        return [real, ...others.map((digest) => ({ ...real, digest }))];
      },
    });
    const { message, code } = await image.refusal(byKey, { ...noTrust, client: crowded });
    expect(code).toBe("SIGSTORE_UNSATISFIED");
    expect(message).toMatch(/^Image verification failed: missing signatures\n/);
    expect(message.split("\n").at(-1)).toBe(part);
  });

  it("are told of once: in the reasons of a refusal, else in the log", async () => {
    const broken = await layerByKey(`sha256:${"0".repeat(64)}`, { key });
    image.putLayers([broken, await layerByKey(image.digest, { key })]);
    await image.verify(byKey, noTrust);
    expect(image.lines).toMatchObject([
      {
        level: "info",
        message: "a signature is left out",
        fields: { reason: expect.stringContaining("the payload is about another image") },
      },
    ]);
    image.lines.length = 0;
    const { reasons } = await image.refusal({ kind: "pubKey", key: otherKey.publicKey }, noTrust);
    expect(reasons.filter((each) => each.includes("the payload is about another image"))).toHaveLength(1);
    expect(image.lines).toEqual([]);
  });
});
