import { createHash } from "node:crypto";
import { errorText } from "@kubewarden-ts/base";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { formatManifestAndConfig } from "./manifest/manifest.ts";
import { clientFor, imageAt } from "./testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "./testing/fake-registry.ts";
import type { FakeAnswer } from "./testing/fake-storage.ts";

const { signal } = new AbortController();
const maxBytes = 1000;
const hash = (algorithm: string, bytes: Uint8Array | string): string =>
  `${algorithm}:${createHash(algorithm).update(bytes).digest("hex")}`;
const nowhere = `sha256:${"0".repeat(64)}`;

let registry: FakeRegistry;
let digest = "";
let bytes: Uint8Array = Buffer.alloc(0);
beforeAll(async () => {
  registry = await startFakeRegistry();
  digest = registry.putImage("acme/app", { tag: "v1", config: { os: "linux" } });
  bytes = registry.manifests.get("acme/app:v1")?.bytes ?? bytes;
});
beforeEach(() => {
  registry.intercept = undefined;
  registry.requests.length = 0;
});
afterAll(() => registry[Symbol.asyncDispose]());

/** Answers in place of everything but the first question. */
function answering(answer: FakeAnswer): void {
  registry.intercept = ({ url }) => (url === "/v2/" ? undefined : answer);
}

describe("errors of registries", () => {
  const envelope = (...errors: unknown[]) => JSON.stringify({ errors });
  it.each<[string, FakeAnswer, string, string]>([
    [
      "401",
      { status: 401, body: envelope({ code: "UNAUTHORIZED", message: "no" }) },
      "OCI_UNAUTHORIZED",
      "Not authorized: url U",
    ],
    [
      "an error in the registry's words",
      { status: 404, body: envelope({ code: "MANIFEST_UNKNOWN", message: "manifest unknown" }) },
      "OCI_NOT_FOUND",
      "Registry error: url U, envelope: OCI API errors: [OCI API error: manifest unknown]",
    ],
    [
      "several errors, one without words",
      { status: 403, body: envelope({ code: "DENIED" }, { code: "X", message: "no\nway" }) },
      "OCI_REFUSED",
      "Registry error: url U, envelope: OCI API errors: [OCI API error: DENIED, OCI API error: no way]",
    ],
    [
      "404 of somebody else",
      { status: 404, body: "<html>\n" },
      "OCI_NOT_FOUND",
      "Server error: url U, code: 404, message: <html>",
    ],
    [
      "an empty list of errors",
      { status: 400, body: envelope() },
      "OCI_REFUSED",
      'Server error: url U, code: 400, message: {"errors":[]}',
    ],
    [
      "429",
      { status: 429, body: "slow down" },
      "OCI_UNAVAILABLE",
      "Server error: url U, code: 429, message: slow down",
    ],
    [
      "5xx",
      { status: 502, body: envelope({ message: "x" }) },
      "OCI_UNAVAILABLE",
      'Server error: url U, code: 502, message: {"errors":[{"message":"x"}]}',
    ],
    [
      "a long text",
      { status: 500, body: "x".repeat(100_000) },
      "OCI_UNAVAILABLE",
      `Server error: url U, code: 500, message: ${"x".repeat(1000)}…`,
    ],
    [
      "204",
      { status: 204 },
      "OCI_PROTOCOL",
      "OCI distribution spec violation: Expected HTTP Status 200, got 204 instead: url U",
    ],
  ])("name %s", async (_row, answer, code, text) => {
    answering(answer);
    await using client = clientFor([registry]);
    const error = await client
      .fetchManifest(imageAt(registry), { signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code });
    const url = `${registry.url}/v2/acme/app/manifests/v1`;
    expect(errorText(error)).toBe(
      `Fail to interact with OCI registry: ${text.replace("U,", `${url},`).replace(/U$/, url)}`,
    );
  });
});

describe("policy-runtime 39: fetchDigest", () => {
  it.each<[string, FakeAnswer, string[]]>([
    ["asks without a body", { status: 200, headers: { "docker-content-digest": nowhere } }, ["HEAD"]],
    ["hashes the body where the registry does not say", { status: 200, body: "{}" }, ["HEAD", "GET"]],
    ["hashes the body where the registry knows no HEAD", { status: 405 }, ["HEAD"]],
  ])("%s", async (_row, answer, methods) => {
    registry.intercept = ({ url, method }) => {
      if (url === "/v2/") return undefined;
      return answer.status === 405 && method === "GET" ? { status: 200, body: "{}" } : answer;
    };
    await using client = clientFor([registry]);
    const expected = methods[1] === undefined && answer.status === 200 ? nowhere : hash("sha256", "{}");
    expect(await client.fetchDigest(imageAt(registry), { signal })).toBe(expected);
    const asked = registry.requests.slice(1).map(({ method }) => method);
    expect(asked).toEqual(answer.status === 405 ? ["HEAD", "GET"] : methods);
  });

  it("asks for the content where the registry hashes otherwise than the reference", async () => {
    const sha512 = hash("sha512", bytes);
    registry.intercept = ({ url }) =>
      url === "/v2/" ? undefined : { status: 200, headers: { "docker-content-digest": digest }, body: bytes };
    await using client = clientFor([registry]);
    expect(await client.fetchDigest(imageAt(registry, { digest: sha512 }), { signal })).toBe(sha512);
    expect(registry.requests.slice(1).map(({ method }) => method)).toEqual(["HEAD", "GET"]);
  });

  it.each([
    ["does not take another digest for the reference's", nowhere, `Expected D, got ${nowhere}`],
    [
      "does not take nonsense for a digest",
      "sha256:x",
      'Invalid digest "sha256:x": invalid reference format',
    ],
  ])("%s", async (_row, header, text) => {
    answering({ status: 200, headers: { "docker-content-digest": header } });
    await using client = clientFor([registry]);
    const error = await client
      .fetchDigest(imageAt(registry, { digest }), { signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "OCI_DIGEST_MISMATCH" });
    expect(errorText(error)).toContain(`Fail to interact with OCI registry: Digest error: `);
    expect(errorText(error)).toContain(text.replace("D,", `${digest},`));
  });
});

describe("policy-runtime 39: fetchManifest", () => {
  it.each(["sha256", "sha384", "sha512"])("checks the content against a digest of %s", async (algorithm) => {
    const right = hash(algorithm, bytes);
    answering({ status: 200, body: bytes });
    await using client = clientFor([registry]);
    const found = await client.fetchManifest(imageAt(registry, { digest: right }), { signal });
    expect(found).toMatchObject({ digest: right, mediaType: "application/vnd.oci.image.manifest.v1+json" });
    answering({ status: 200, body: `${Buffer.from(bytes).toString()} ` });
    await expect(
      client.fetchManifest(imageAt(registry, { digest: right }), { signal }),
    ).rejects.toMatchObject({
      code: "OCI_DIGEST_MISMATCH",
      message: `Fail to interact with OCI registry: Digest error: Invalid digest. Expected ${right}, got ${hash(algorithm, `${Buffer.from(bytes).toString()} `)}`,
    });
  });

  it.each([
    ["the registry's own word", () => imageAt(registry), nowhere],
    [
      "the registry's own word, though the reference's is right",
      () => imageAt(registry, { digest }),
      nowhere,
    ],
    [
      "the registry's own word in another algorithm",
      () => imageAt(registry, { digest }),
      hash("sha512", "x"),
    ],
  ])("checks the content against %s", async (_row, reference, header) => {
    answering({ status: 200, headers: { "docker-content-digest": header }, body: bytes });
    await using client = clientFor([registry]);
    await expect(client.fetchManifest(reference(), { signal })).rejects.toMatchObject({
      code: "OCI_DIGEST_MISMATCH",
      message: expect.stringContaining(`Expected ${header}, got `),
    });
  });

  it("prefers the digest where the reference has a tag too", async () => {
    await using client = clientFor([registry]);
    const reference = { ...imageAt(registry, { digest }), tag: "gone" };
    expect((await client.fetchManifest(reference, { signal })).digest).toBe(digest);
  });

  it.each<[string, FakeAnswer["body"], string, string]>([
    [
      "another schema version",
      '{"schemaVersion":1}',
      "OCI_MANIFEST_UNSUPPORTED",
      "Unsupported schema version: 1",
    ],
    [
      "another media type",
      '{"schemaVersion":2,"mediaType":"x"}',
      "OCI_MANIFEST_UNSUPPORTED",
      "Unsupported media type: x",
    ],
    ["a page", "<html>", "OCI_MANIFEST_INVALID", "invalid manifest: expected value at byte 0"],
    ["too many bytes", " ".repeat(2000), "OCI_TOO_LARGE", "the answer of U has more than 1000 bytes"],
  ])("refuses %s", async (_row, body, code, text) => {
    answering({ status: 200, ...(body !== undefined && { body }) });
    await using client = clientFor([registry], { limits: { maxManifestBytes: 1000 } });
    const url = `${registry.url}/v2/acme/app/manifests/v1`;
    await expect(client.fetchManifest(imageAt(registry), { signal })).rejects.toMatchObject({
      code,
      message: `Fail to interact with OCI registry: ${text.replace("U ", `${url} `)}`,
    });
  });

  it("stops reading what does not end", async () => {
    registry.intercept = ({ url }, response) => {
      if (url === "/v2/") return undefined;
      response.writeHead(200);
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(512)));
      };
      response.on("drain", more);
      more();
      return "handled";
    };
    await using client = clientFor([registry], { limits: { maxManifestBytes: 1000 } });
    await expect(client.fetchManifest(imageAt(registry), { signal })).rejects.toMatchObject({
      code: "OCI_TOO_LARGE",
    });
  });
});

describe("fetchBlob", () => {
  const wrong = { status: 200, body: "something else" };
  const fetched = async (
    client: ReturnType<typeof clientFor>,
    descriptor: { digest: string; size?: number; urls?: string[] },
  ) => Buffer.from(await client.fetchBlob(imageAt(registry), descriptor, { signal, maxBytes })).toString();

  it.each(["sha256", "sha384", "sha512"])("checks the content against a digest of %s", async (algorithm) => {
    const layer = { digest: hash(algorithm, "layer"), size: 5 };
    answering({ status: 200, body: "layer" });
    await using client = clientFor([registry]);
    expect(await fetched(client, layer)).toBe("layer");
    answering(wrong);
    await expect(fetched(client, layer)).rejects.toMatchObject({ code: "OCI_DIGEST_MISMATCH" });
  });

  it.each([
    ["a digest that is none", { digest: "../../../etc/passwd" }, "OCI_DIGEST_MISMATCH"],
    ["a digest of another algorithm", { digest: `md5:${"0".repeat(32)}` }, "OCI_DIGEST_MISMATCH"],
    ["a size above the limit, without asking", { digest: nowhere, size: 1001 }, "OCI_TOO_LARGE"],
  ])("refuses %s", async (_row, descriptor, code) => {
    await using client = clientFor([registry]);
    await expect(fetched(client, descriptor)).rejects.toMatchObject({ code });
    expect(registry.requests).toEqual([]);
  });

  it("refuses content of another size than announced, and above the limit", async () => {
    answering({ status: 200, body: "layer" });
    await using client = clientFor([registry]);
    await expect(fetched(client, { digest: hash("sha256", "layer"), size: 4 })).rejects.toMatchObject({
      code: "OCI_DIGEST_MISMATCH",
      message: "Fail to interact with OCI registry: Digest error: Invalid size. Expected 4, got 5",
    });
    answering({ status: 200, body: Buffer.alloc(1001) });
    await expect(fetched(client, { digest: nowhere })).rejects.toMatchObject({ code: "OCI_TOO_LARGE" });
  });

  it("takes it from the descriptor's URLs where the registry does not have it, without credentials", async () => {
    await using mirror = await startFakeRegistry();
    const authorizations: (string | undefined)[] = [];
    mirror.intercept = ({ url, headers }) => {
      authorizations.push(headers.authorization);
      return url === "/right" ? { status: 200, body: "elsewhere" } : wrong;
    };
    const urls = ["nonsense", `${mirror.url}/wrong`, `${mirror.url}/right`];
    await using client = clientFor([registry, mirror]);
    const layer = { digest: hash("sha256", "elsewhere"), urls };
    expect(await fetched(client, layer)).toBe("elsewhere");
    expect(authorizations).toEqual([undefined, undefined]);
    // hosts that are not listed are not asked by plain HTTP, and the registry's error is the one that counts
    await using strict = clientFor([registry]);
    await expect(fetched(strict, layer)).rejects.toMatchObject({ code: "OCI_NOT_FOUND" });
    await expect(fetched(client, { ...layer, urls: [`${mirror.url}/wrong`] })).rejects.toMatchObject({
      code: "OCI_NOT_FOUND",
    });
  });
});

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
