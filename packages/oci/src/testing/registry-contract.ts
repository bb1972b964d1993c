import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Credentials } from "../credentials/credential.ts";
import { canonicalManifest, canonicalManifestType } from "../manifest/canonical-manifest.ts";
import { referrersTag } from "../read-referrers.ts";
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

    it("kwctl-and-oci 13, 14: gives back what was pushed, under one digest however often", async () => {
      const pushed = at({ tag: "v1" }, "contract/pushed");
      const layer = Buffer.concat([Buffer.of(0, 0x61, 0x73, 0x6d), Buffer.alloc(9 * 1024 * 1024, "layer")]);
      const digests = new Set<string>();
      for (let round = 0; round < 2; round++) digests.add(await pushPolicy(client, pushed, layer));
      const [digest = ""] = digests;
      expect(digests.size).toBe(1);
      expect(await client.fetchDigest(pushed, { signal })).toBe(digest);
      const { manifest } = await client.fetchManifest(at({ digest }, "contract/pushed"), { signal });
      const [descriptor] = manifest.kind === "image" ? manifest.layers : [];
      const pieces: Uint8Array[] = [];
      const sink = { write: (piece: Uint8Array) => void pieces.push(piece), restart() {} };
      await client.fetchBlobTo(pushed, descriptor ?? { digest: nowhere }, sink, {
        ...{ signal, maxBytes: layer.length },
      });
      expect(Buffer.concat(pieces).equals(layer)).toBe(true);
    });

    it("kwctl-and-oci 11: takes a blob from another repository without its bytes", async () => {
      const bytes = Buffer.from("a blob that is mounted");
      const moved: unknown[] = [];
      const progress = (progress: unknown): void => void moved.push(progress);
      const { digest } = await client.pushBlob(at({ tag: "v1" }), bytes, { signal });
      const target = at({ tag: "v1" }, "contract/mounted");
      await client.pushBlob(target, bytes, { signal, progress, mountFrom: repository });
      expect(moved).toEqual([]);
      const mounted = await client.fetchBlob(target, { digest }, { signal, maxBytes: 1000 });
      expect(Buffer.from(mounted)).toEqual(bytes);
    });

    it("kwctl-and-oci 11: refuses a manifest whose blobs are not there", async () => {
      const layer = { mediaType: "application/vnd.wasm.content.layer.v1+wasm", digest: nowhere, size: 1 };
      const bytes = canonicalManifest({ config: layer, layers: [layer] });
      const push = client.pushManifest(at({ tag: "v1" }, "contract/broken"), bytes, canonicalManifestType, {
        signal,
      });
      await expect(push).rejects.toMatchObject({ code: expect.stringMatching(/^OCI_(REFUSED|NOT_FOUND)$/) });
    });

    it("gives the tags of a repository", async () => {
      expect((await client.fetchTags(at({ tag: "v1" }), { signal })).sort()).toEqual(["multi", "v1"]);
      const unknown = client.fetchTags(at({ tag: "v1" }, "contract/unknown"), { signal });
      await expect(unknown).rejects.toMatchObject({ code: "OCI_NOT_FOUND" });
    });

    it("kwctl-and-oci 22: gives what refers to an image, by its list or by its tag", async () => {
      const subject = at({ tag: "v1" }, "contract/referred");
      const digest = await pushPolicy(client, subject, Buffer.from("referred"));
      expect(await client.fetchReferrers(subject, digest, { signal })).toEqual([]);
      const signature = await pushReferrer(client, subject, await client.fetchManifest(subject, { signal }));
      expect(await client.fetchReferrers(subject, digest, { signal })).toMatchObject([
        { digest: signature, artifactType: "application/vnd.test.signature" },
      ]);
    });

    it("lets in whom it knows", async () => {
      await expect(client.checkAccess(host, { signal })).resolves.toBeUndefined();
    });

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
      // nobody may be let in, and find every door locked
      await expect(stranger.checkAccess(host, { signal })).rejects.toMatchObject({
        code: "OCI_UNAUTHORIZED",
      });
      for (const each of [stranger, nobody]) {
        const push = each.pushBlob(at({ tag: "v1" }), Buffer.from("stranger"), { signal });
        await expect(push).rejects.toMatchObject({ code: "OCI_UNAUTHORIZED" });
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

/** Pushes a policy as `kwctl push` does. @returns the digest of its manifest */
async function pushPolicy(
  client: RegistryClient,
  reference: ImageReference,
  layer: Uint8Array,
): Promise<string> {
  const [config, module] = [
    await client.pushBlob(reference, Buffer.from("{}"), { signal }),
    await client.pushBlob(reference, layer, { signal }),
  ];
  const bytes = canonicalManifest({
    config: { mediaType: "application/vnd.wasm.config.v1+json", ...config },
    layers: [{ mediaType: "application/vnd.wasm.content.layer.v1+wasm", ...module }],
    annotations: { "io.kubewarden.policy.title": "pushed" },
  });
  return await client.pushManifest(reference, bytes, canonicalManifestType, { signal });
}

/**
 * Pushes what refers to a manifest, and the index that stands in for a list where the registry has none.
 * @returns the digest of what refers
 */
async function pushReferrer(
  client: RegistryClient,
  { registry, repository: name }: ImageReference,
  { bytes, digest }: { bytes: Uint8Array; digest: string },
): Promise<string> {
  const type = "application/vnd.oci.image.manifest.v1+json";
  const artifactType = "application/vnd.test.signature";
  const reference = { registry, repository: name };
  const empty = await client.pushBlob(reference, Buffer.from("{}"), { signal });
  const config = { mediaType: "application/vnd.oci.empty.v1+json", ...empty };
  const push = (target: { tag: string } | { digest: string }, mediaType: string, document: object) =>
    client.pushManifest(
      { ...reference, ...target },
      Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, ...document })),
      mediaType,
      { signal },
    );
  const subject = { mediaType: type, digest, size: bytes.length };
  const document = { artifactType, config, layers: [config], subject };
  const referrer = await push({ tag: "signature" }, type, document);
  const size = JSON.stringify({ schemaVersion: 2, mediaType: type, ...document }).length;
  const entry = { mediaType: type, digest: referrer, size, artifactType };
  await push({ tag: referrersTag(digest) }, "application/vnd.oci.image.index.v1+json", {
    manifests: [entry],
  });
  return referrer;
}
