import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type ImageUnderTest, startImage } from "../../fixtures/image-under-test.ts";
import { byKey, key, noTrust, otherKey } from "../../fixtures/signers.ts";
import { layerByKey } from "../testing/index.ts";

const otherDigest = `sha256:${"0".repeat(64)}`;
let image: ImageUnderTest;

beforeEach(async () => {
  image = await startImage();
});
afterEach(() => image[Symbol.asyncDispose]());

describe("a registry that lies", () => {
  it("redirect: other bytes than those that the manifest names", async () => {
    image.putLayers([await layerByKey(image.digest, { key: otherKey })]);
    const { payload } = await layerByKey(image.digest, { key, optional: { env: "prod" } });
    image.registry.intercept = ({ url }) => {
      if (url === "/elsewhere") return { status: 200, body: payload };
      return url.includes("/blobs/") ? { status: 302, headers: { location: "/elsewhere" } } : undefined;
    };
    const { code, reasons } = await image.refusal(byKey, noTrust);
    expect(code).toBe("SIGSTORE_UNTRUSTED");
    expect(reasons.join("\n")).toMatch(/Digest error|Invalid digest/);
  });

  it("redirect: the signatures of another image", async () => {
    const layer = await layerByKey(otherDigest, { key });
    image.registry.intercept = ({ url }) =>
      url.endsWith(`/manifests/${image.digest.replace(":", "-")}.sig`)
        ? { status: 302, headers: { location: `/v2/acme/other/manifests/v1` } }
        : undefined;
    image.putLayers([layer]);
    const stored = image.registry.manifests.get(`acme/app:${image.digest.replace(":", "-")}.sig`);
    image.registry.manifests.set("acme/other:v1", stored ?? expect.fail());
    expect((await image.refusal(byKey, noTrust)).reasons).toEqual([
      expect.stringContaining("the payload is about another image"),
    ]);
  });

  it.each(["application/json", "application/vnd.oci.image.layer.v1.tar"])(
    "downgraded media type: layers of type %s are no signatures",
    async (layerType) => {
      image.putLayers([await layerByKey(image.digest, { key })], { layerType });
      const { code, reasons } = await image.refusal(byKey, noTrust);
      expect(code).toBe("SIGSTORE_NO_SIGNATURES");
      expect(reasons).toEqual([expect.stringContaining(layerType)]);
    },
  );

  it("downgraded media type: an index in place of the signatures", async () => {
    const index = {
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.index.v1+json",
      manifests: [],
    };
    const tag = `${image.digest.replace(":", "-")}.sig`;
    image.registry.putManifest("acme/app", index, { tag, mediaType: index.mediaType });
    const { reasons } = await image.refusal(byKey, noTrust);
    expect(reasons).toEqual([expect.stringContaining("the signatures are an image index")]);
  });
});
