import { errorText } from "@kubewarden-ts/base";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answers, clientFor, imageAt, standingClock, until } from "../testing/client-under-test.ts";
import { type FakeRegistry, type Intercept, startFakeRegistry } from "../testing/fake-registry.ts";

const { signal } = new AbortController();
const limits = { maxBytes: 1000, signal };
const root = issueCertificate("root", { authority: true });
const tls = issueCertificate("registry", { issuer: root });

let registry: FakeRegistry;
let other: FakeRegistry;
let digest = "";
beforeAll(async () => {
  [registry, other] = await Promise.all([startFakeRegistry(), startFakeRegistry()]);
  digest = registry.putImage("acme/app", { tag: "v1" });
});
beforeEach(() => {
  for (const each of [registry, other]) {
    each.intercept = undefined;
    each.requests.length = 0;
  }
});
afterAll(async () => {
  for (const each of [registry, other]) await each[Symbol.asyncDispose]();
});

const manifestUrl = "/v2/acme/app/manifests/v1";

describe("trying again", () => {
  const busy = { status: 503, body: "busy" };

  it.each<[string, ReturnType<Intercept>[], number[]]>([
    ["after 5xx, longer each time", [busy, busy], [250, 1000]],
    ["after 429", [{ status: 429 }], [250]],
    ["as the registry asks", [{ status: 429, headers: { "retry-after": "7" } }], [7000]],
    [
      "at the time the registry asks for",
      [{ status: 503, headers: { "retry-after": new Date(1_800_000_003_000).toUTCString() } }],
      [3000],
    ],
    ["not sooner than we would", [{ status: 503, headers: { "retry-after": "0" } }], [250]],
    ["not as nonsense asks", [{ status: 503, headers: { "retry-after": "soon" } }], [250]],
  ])("happens %s", async (_row, before, sleptMs) => {
    const clock = standingClock();
    registry.intercept = answers(...before);
    await using client = clientFor([registry], { clock });
    expect(await client.fetchDigest(imageAt(registry), { signal })).toBe(digest);
    expect(clock.sleptMs).toEqual(sleptMs);
  });

  it("happens after a connection that broke, before the answer or in it", async () => {
    const layer = registry.putBlob("a longer layer");
    const clock = standingClock();
    let count = 0;
    registry.intercept = ({ url }, response) => {
      if (!url.includes("blobs") || ++count > 2) return undefined;
      if (count === 2) response.writeHead(200, { "content-length": "14" }).write("a longer");
      // in a later turn: what was written leaves before
      setImmediate(() => response.destroy());
      return "handled";
    };
    await using client = clientFor([registry], { clock });
    const blob = await client.fetchBlob(imageAt(registry), { digest: layer }, limits);
    expect(Buffer.from(blob).toString()).toBe("a longer layer");
    expect(clock.sleptMs).toEqual([250, 1000]);
  });

  it.each<[string, ReturnType<Intercept>[], string, number]>([
    ["after three attempts", [busy, busy, busy], "code: 503, message: busy", 3],
    [
      "when it would be too long",
      [{ status: 429, headers: { "retry-after": "31" } }],
      "code: 429, message: ",
      1,
    ],
    ["when it would not help", [{ status: 400, body: "no" }], "code: 400, message: no", 1],
  ])("ends %s", async (_row, before, text, attempts) => {
    registry.intercept = answers(...before);
    await using client = clientFor([registry]);
    await expect(client.fetchManifest(imageAt(registry), { signal })).rejects.toThrow(text);
    expect(registry.requests.filter(({ url }) => url === manifestUrl)).toHaveLength(attempts);
  });

  it("ends when the caller leaves", async () => {
    const controller = new AbortController();
    registry.intercept = answers(busy, busy);
    const clock = standingClock();
    await using client = clientFor([registry], {
      clock: {
        ...clock,
        sleep: (_ms, { signal } = {}) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener("abort", () => reject(signal.reason));
            controller.abort();
          }),
      },
    });
    await expect(
      client.fetchManifest(imageAt(registry), { signal: controller.signal }),
    ).rejects.toMatchObject({
      code: "OCI_ABORTED",
    });
  });

  it("does not happen for certificates that are wrong", async () => {
    await using secure = await startFakeRegistry({ tls });
    const clock = standingClock();
    await using client = clientFor([], { clock });
    await expect(client.fetchDigest(imageAt(secure), { signal })).rejects.toMatchObject({
      code: "OCI_UNAVAILABLE",
    });
    expect(clock.sleptMs).toEqual([]);
  });
});

describe("a registry that hangs", () => {
  const hangs: Intercept = ({ url }) => (url.startsWith("/v2/acme") ? "handled" : undefined);

  it("is given up after the time limit, once", async () => {
    registry.intercept = hangs;
    const clock = standingClock();
    await using client = clientFor([registry], { clock, limits: { timeoutMs: 250 } });
    const error = await client
      .fetchManifest(imageAt(registry), { signal })
      .catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "OCI_TIMEOUT" });
    expect(errorText(error)).toBe(
      `Fail to interact with OCI registry: error sending request for url (${registry.url}${manifestUrl}): no complete answer within 250 ms`,
    );
    expect(clock.sleptMs).toEqual([]);
  });

  it("is given up after the time limit when its answer does not end", async () => {
    registry.intercept = ({ url }, response) => {
      if (!url.includes("manifests")) return undefined;
      response.writeHead(200).write("{");
      return "handled";
    };
    await using client = clientFor([registry], { limits: { timeoutMs: 250 } });
    await expect(client.fetchManifest(imageAt(registry), { signal })).rejects.toMatchObject({
      code: "OCI_TIMEOUT",
    });
  });

  it("is left when the caller leaves", async () => {
    registry.intercept = hangs;
    await using client = clientFor([registry]);
    const controller = new AbortController();
    const waiting = client.fetchManifest(imageAt(registry), { signal: controller.signal });
    const outcome = expect(waiting).rejects.toMatchObject({
      code: "OCI_ABORTED",
      message: "the request to the registry was stopped",
    });
    await until(() => registry.requests.some(({ url }) => url === manifestUrl));
    controller.abort();
    await outcome;
  });

  it("delays its own images only, and lets its callers leave the queue", async () => {
    registry.intercept = hangs;
    const expected = other.putImage("acme/app", { tag: "v1" });
    await using client = clientFor([registry, other], { limits: { maxConcurrentPerHost: 2 } });
    const controller = new AbortController();
    const waiting = Array.from({ length: 20 }, (_, index) =>
      client.fetchManifest(imageAt(registry, { tag: `v${index}` }), { signal: controller.signal }),
    );
    const outcomes = Promise.allSettled(waiting);
    await until(() => registry.requests.filter(({ url }) => url.includes("manifests")).length === 2);
    expect(await client.fetchDigest(imageAt(other), { signal })).toBe(expected);
    controller.abort();
    expect(await outcomes).toEqual(
      Array.from({ length: 20 }, () => ({
        status: "rejected",
        reason: expect.objectContaining({ code: "OCI_ABORTED" }),
      })),
    );
    expect(registry.requests.filter(({ url }) => url.includes("manifests"))).toHaveLength(2);
    // all permits are back
    registry.intercept = undefined;
    expect(await client.fetchDigest(imageAt(registry), { signal })).toBe(digest);
  });

  it("is cut off when the client ends", async () => {
    registry.intercept = hangs;
    const client = clientFor([registry]);
    const outcome = expect(client.fetchManifest(imageAt(registry), { signal })).rejects.toMatchObject({
      code: "OCI_UNAVAILABLE",
    });
    await until(() => registry.requests.some(({ url }) => url === manifestUrl));
    await client[Symbol.asyncDispose]();
    await outcome;
  });
});

describe("requests", () => {
  it("say who asks, and share connections", async () => {
    await using client = clientFor([registry]);
    for (let round = 0; round < 5; round++) {
      await client.fetchManifest(imageAt(registry), { signal });
      await client.fetchDigest(imageAt(registry), { signal });
      // a connection is free a turn after its answer is complete
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(new Set(registry.requests.map(({ headers }) => headers["user-agent"]))).toEqual(
      new Set(["kubewarden-ts-test/1"]),
    );
    expect(new Set(registry.requests.map(({ port }) => port)).size).toBeLessThanOrEqual(3);
  });

  it("ask for the four types of manifests", async () => {
    await using client = clientFor([registry]);
    await client.fetchManifest(imageAt(registry), { signal });
    expect(registry.requests.at(-1)?.headers.accept).toBe(
      "application/vnd.docker.distribution.manifest.v2+json, application/vnd.docker.distribution.manifest.list.v2+json, " +
        "application/vnd.oci.image.manifest.v1+json, application/vnd.oci.image.index.v1+json",
    );
  });
});
