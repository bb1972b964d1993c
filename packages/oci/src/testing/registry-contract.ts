import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Credentials } from "../credentials/credential.ts";
import type { ImageReference } from "../reference.ts";
import { createRegistryClient, type RegistryClient } from "../registry-client.ts";
import type { Sources } from "../sources/sources.ts";
import { type SeededImage, seedImage } from "./seed.ts";

/** A registry that is running, empty or not. */
export interface RegistryUnderTest extends AsyncDisposable {
  /** `http://` or `https://` and the host */
  readonly url: string;
  /** By whose rules the host can be reached. */
  readonly sources: Sources;
  /** Where it asks for credentials, the right ones. */
  readonly credentials?: Credentials;
  /** The `Authorization` header for writing. */
  readonly authorization?: string;
}

const { signal } = new AbortController();
const repository = "contract/image";
const platform = { os: "linux", architecture: "amd64" };
const nowhere = `sha256:${"0".repeat(64)}`;

/**
 * What the client does with every registry that keeps to the distribution specification.
 * @param start - starts the registry; it is disposed of in the end
 * @example testRegistryContract("docker-registry with TLS", () => startDockerRegistry({ tls: true }));
 */
export function testRegistryContract(name: string, start: () => Promise<RegistryUnderTest>): void {
  describe(`registry contract: ${name}`, () => {
    let registry: RegistryUnderTest;
    let client: RegistryClient;
    let image: SeededImage;
    let host = "";

    const clientWith = (credentials: Credentials | undefined): RegistryClient =>
      createRegistryClient({
        ...{ sources: registry.sources, userAgent: "kubewarden-ts-test/1" },
        ...(credentials !== undefined && { credentials }),
      });
    const at = (target: { tag: string } | { digest: string }, name = repository): ImageReference => ({
      ...{ registry: host, repository: name },
      ...target,
    });

    beforeAll(async () => {
      registry = await start();
      host = new URL(registry.url).host;
      const { url, sources, authorization } = registry;
      image = await seedImage(repository, { url, sources, authorization });
      client = clientWith(registry.credentials);
    });
    afterAll(async () => {
      await client?.[Symbol.asyncDispose]();
      await registry?.[Symbol.asyncDispose]();
    });

    it("policy-runtime 39: gives the digest of a tag, of an index and of a digest", async () => {
      expect(await client.fetchDigest(at({ tag: "v1" }), { signal })).toBe(image.manifest.digest);
      expect(await client.fetchDigest(at({ tag: "multi" }), { signal })).toBe(image.index.digest);
      const { digest } = image.manifest;
      expect(await client.fetchDigest(at({ digest }), { signal })).toBe(digest);
    });

    it("policy-runtime 39: gives manifests and indexes byte for byte, by tag and by digest", async () => {
      for (const [tag, { bytes, digest }] of [
        ["v1", image.manifest],
        ["multi", image.index],
      ] as const) {
        for (const reference of [at({ tag }), at({ digest })]) {
          const found = await client.fetchManifest(reference, { signal });
          expect(Buffer.from(found.bytes).toString()).toBe(Buffer.from(bytes).toString());
          expect(found.digest).toBe(digest);
        }
      }
    });

    it("policy-runtime 39: gives the configuration of an image, and of an index that of the platform", async () => {
      for (const tag of ["v1", "multi"]) {
        const found = await client.fetchManifestAndConfig(at({ tag }), { signal, platform });
        expect(found.digest).toBe(image.manifest.digest);
        expect(Buffer.from(found.config).toString()).toBe(Buffer.from(image.config).toString());
      }
    });

    it("gives blobs", async () => {
      const { manifest } = await client.fetchManifest(at({ tag: "v1" }), { signal });
      const layers = manifest.kind === "image" ? manifest.layers : [];
      const blobs = await Promise.all(
        layers.map((layer) => client.fetchBlob(at({ tag: "v1" }), layer, { signal, maxBytes: 1000 })),
      );
      expect(blobs.map((blob) => Buffer.from(blob).toString())).toEqual([
        Buffer.from(image.layer).toString(),
      ]);
    });

    it.each([
      ["a tag", () => client.fetchManifest(at({ tag: "v9" }), { signal }), "manifest unknown"],
      ["the digest of a tag", () => client.fetchDigest(at({ tag: "v9" }), { signal }), "manifest unknown"],
      ["a digest", () => client.fetchDigest(at({ digest: nowhere }), { signal }), "manifest unknown"],
      [
        "a blob",
        () => client.fetchBlob(at({ tag: "v1" }), { digest: nowhere }, { signal, maxBytes: 1000 }),
        "blob unknown to registry",
      ],
    ])(
      "does not find %s that is not there, and says so in the registry's words",
      async (_row, fetch, words) => {
        await expect(fetch()).rejects.toMatchObject({
          code: "OCI_NOT_FOUND",
          message: expect.stringMatching(
            `^Fail to interact with OCI registry: Registry error: url .*${host}/v2/${repository}/.*, envelope: OCI API errors: \\[OCI API error: ${words}\\]$`,
          ),
        });
      },
    );

    it("stops at the largest blob that is allowed", async () => {
      const { digest } = await client.fetchManifest(at({ tag: "v1" }), { signal });
      const { manifest } = await client.fetchManifest(at({ digest }), { signal });
      const layer = manifest.kind === "image" ? manifest.layers[0] : undefined;
      const blob = client.fetchBlob(
        at({ tag: "v1" }),
        { digest: layer?.digest ?? "" },
        { signal, maxBytes: 3 },
      );
      await expect(blob).rejects.toMatchObject({ code: "OCI_TOO_LARGE" });
    });

    it("refuses strangers where it asks for credentials", async () => {
      const { authorization, credentials } = registry;
      if (authorization === undefined && credentials === undefined) return;
      await using stranger = clientWith({
        credentialFor: async () => ({ kind: "password", username: "stranger", password: "wrong" }),
      });
      await using nobody = clientWith(undefined);
      for (const each of [stranger, nobody]) {
        await expect(each.fetchDigest(at({ tag: "v1" }), { signal })).rejects.toMatchObject({
          code: "OCI_UNAUTHORIZED",
          message: expect.stringContaining(
            `Not authorized: url ${registry.url}/v2/${repository}/manifests/v1`,
          ),
        });
      }
    });

    it("is refused by plain HTTP unless its host is listed", async () => {
      if (!registry.url.startsWith("http:")) return;
      const sources = { ...registry.sources, insecureSources: new Set<string>() };
      await using strict = createRegistryClient({ sources, userAgent: "kubewarden-ts-test/1" });
      await expect(strict.fetchDigest(at({ tag: "v1" }), { signal })).rejects.toMatchObject({
        code: "OCI_UNAVAILABLE",
      });
    });
  });
}
