import type { FakeRegistry } from "@kubewarden-ts/oci/testing";
import { describe, expect, it } from "vitest";
import { repository, signing } from "../testing/signing.ts";

/** Two who write a tag have both read it before: neither knows of the other. */
function meetAt(registry: FakeRegistry, tag: string, mediaType: string): void {
  const writers: (() => void)[] = [];
  registry.intercept = ({ method, url, body }, response) => {
    if (method !== "PUT" || !url.endsWith(`/manifests/${tag}`)) return undefined;
    writers.push(() => {
      const digest = registry.putManifest(repository, body, { tag, mediaType });
      response.writeHead(201, { location: `/v2/${repository}/manifests/${digest}` }).end();
    });
    if (writers.length < 2) return "handled";
    registry.intercept = undefined;
    for (const write of writers) write();
    return "handled";
  };
}

describe("kwctl sign, twice at the same time", () => {
  it.each([
    ["layers", true, ".sig", "application/vnd.oci.image.manifest.v1+json"],
    ["manifests", false, "", "application/vnd.oci.image.index.v1+json"],
  ] as const)("keeps both signatures among the %s", async (list, referrers, suffix, mediaType) => {
    await using under = await signing({ referrers });
    const { registry, digest } = under;
    const tag = `${digest.replace(":", "-")}${suffix}`;
    meetAt(registry, tag, mediaType);
    const done = await Promise.all(["a", "b"].map((who) => under.sign("--key=/k.pem", "-a", `who=${who}`)));
    expect(done.map(({ code, stderr }) => ({ code, stderr }))).toEqual(
      Array(2).fill({ code: 0, stderr: "" }),
    );
    expect(registry.intercept).toBeUndefined();
    const { bytes } = registry.manifests.get(`${repository}:${tag}`) ?? expect.fail();
    expect(JSON.parse(bytes.toString())[list]).toHaveLength(2);
    for (const who of ["a", "b"]) {
      expect(await under.verify("-k=/k.pub", "-a", `who=${who}`)).toMatchObject({ code: 0, stderr: "" });
    }
  });
});
