import { errorText } from "@kubewarden-ts/base";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientFor, hash, imageAt, nowhere } from "./testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "./testing/fake-registry.ts";
import type { FakeAnswer } from "./testing/fake-storage.ts";

const { signal } = new AbortController();

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
