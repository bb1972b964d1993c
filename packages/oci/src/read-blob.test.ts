import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RegistryClient } from "./registry-client.ts";
import { clientFor, hash, imageAt, nowhere, standingClock, until } from "./testing/client-under-test.ts";
import { type FakeRegistry, type Intercept, startFakeRegistry } from "./testing/fake-registry.ts";
import type { FakeAnswer } from "./testing/fake-storage.ts";

const { signal } = new AbortController();
const maxBytes = 1000;

let registry: FakeRegistry;
beforeAll(async () => {
  registry = await startFakeRegistry();
  registry.putImage("acme/app", { tag: "v1" });
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

describe("fetchBlob", () => {
  const wrong = { status: 200, body: "other" };
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
      message: "Fail to interact with OCI registry: Digest error: Invalid size. Expected 4, got more",
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

  it("leaves other places when the caller leaves", async () => {
    await using mirror = await startFakeRegistry();
    mirror.intercept = () => "handled";
    await using client = clientFor([registry, mirror]);
    const controller = new AbortController();
    const descriptor = { digest: nowhere, urls: [`${mirror.url}/layer`] };
    const options = { signal: controller.signal, maxBytes };
    const outcome = expect(client.fetchBlob(imageAt(registry), descriptor, options)).rejects.toMatchObject({
      code: "OCI_ABORTED",
    });
    await until(() => mirror.requests.length === 1);
    controller.abort();
    await outcome;
  });
});

/** A sink that remembers; `write` may hold the download up. */
function remembering(write: (bytes: Uint8Array) => void | Promise<void> = () => {}) {
  let pieces: Uint8Array[] = [];
  const sink = {
    restarts: 0,
    text: () => Buffer.concat(pieces).toString(),
    async write(bytes: Uint8Array) {
      await write(bytes);
      pieces.push(bytes);
    },
    restart() {
      pieces = [];
      sink.restarts++;
    },
  };
  return sink;
}

describe("fetchBlobTo", () => {
  const content = "0123456789";
  const layer = { digest: hash("sha256", content), size: content.length };
  const options = { signal, maxBytes };

  /** Sends the beginning of an answer, and breaks the connection. */
  const cutOff =
    (status: number, headers: Record<string, string>, beginning: string): Intercept =>
    (_request, response) => {
      response.writeHead(status, headers).write(beginning, () => response.destroy());
      return "handled";
    };
  /** Answers requests for blobs, in order; then the registry does. */
  const inOrder = (...each: readonly Intercept[]): Intercept => {
    let next = 0;
    return (request, response) =>
      request.url.includes("/blobs/") ? each[next++]?.(request, response) : undefined;
  };
  const ranges = () =>
    registry.requests.filter(({ url }) => url.includes("/blobs/")).map(({ headers }) => headers.range);
  const whole = { "content-length": "10" };

  it("gives the bytes as they come, and tells how far it is", async () => {
    registry.putBlob(content);
    await using client = clientFor([registry]);
    const sink = remembering();
    const moved: unknown[] = [];
    const progress = (progress: unknown) => moved.push(progress);
    await client.fetchBlobTo(imageAt(registry), layer, sink, { ...options, progress });
    expect(sink.text()).toBe(content);
    expect(moved).toEqual([{ bytes: 10, totalBytes: 10 }]);
    await client.fetchBlobTo(imageAt(registry), { digest: layer.digest }, sink, { ...options, progress });
    expect(moved.at(-1)).toEqual({ bytes: 10, totalBytes: undefined });
  });

  it("goes on where it was cut off, as often as requests are tried", async () => {
    registry.putBlob(content);
    registry.intercept = inOrder(
      cutOff(200, whole, "012"),
      cutOff(206, { "content-range": "bytes 3-9/10", "content-length": "7" }, "34"),
    );
    const clock = standingClock();
    await using client = clientFor([registry], { clock });
    const sink = remembering();
    await client.fetchBlobTo(imageAt(registry), layer, sink, options);
    expect(sink.text()).toBe(content);
    expect(ranges()).toEqual([undefined, "bytes=3-", "bytes=5-"]);
    expect(clock.sleptMs).toHaveLength(2);
    expect(sink.restarts).toBe(0);
  });

  it("skips what it has where the registry gives no ranges", async () => {
    registry.intercept = inOrder(cutOff(200, whole, "012"), () => ({ status: 200, body: content }));
    await using client = clientFor([registry]);
    const sink = remembering();
    await client.fetchBlobTo(imageAt(registry), layer, sink, options);
    expect(sink.text()).toBe(content);
  });

  it("notices when the rest is of something else", async () => {
    registry.intercept = inOrder(cutOff(200, whole, "xyz"), () => ({ status: 200, body: content }));
    await using client = clientFor([registry]);
    const fetched = client.fetchBlobTo(imageAt(registry), layer, remembering(), options);
    await expect(fetched).rejects.toMatchObject({ code: "OCI_DIGEST_MISMATCH" });
  });

  it.each([
    ["at another place", { "content-range": "bytes 4-9/10" }],
    ["nowhere", {}],
    ["at nonsense", { "content-range": "10" }],
  ])("refuses an answer that goes on %s, and leaves it", async (_row, headers) => {
    const left = Promise.withResolvers<void>();
    registry.intercept = inOrder(cutOff(200, whole, "012"), (_request, response) => {
      response.on("close", left.resolve).writeHead(206, headers).write("456");
      return "handled";
    });
    await using client = clientFor([registry]);
    const fetched = client.fetchBlobTo(imageAt(registry), layer, remembering(), options);
    await expect(fetched).rejects.toMatchObject({ code: "OCI_PROTOCOL" });
    await left.promise;
  });

  it("fails after the third cut", async () => {
    registry.intercept = (request, response) =>
      request.url === "/v2/" ? undefined : cutOff(200, whole, "012")(request, response);
    await using client = clientFor([registry]);
    const fetched = client.fetchBlobTo(imageAt(registry), layer, remembering(), options);
    await expect(fetched).rejects.toMatchObject({ code: "OCI_UNAVAILABLE" });
    expect(ranges()).toHaveLength(3);
  });

  it.each<[string, Parameters<RegistryClient["fetchBlobTo"]>[1], string, string]>([
    ["the size of its descriptor", { ...layer, size: 4 }, "OCI_DIGEST_MISMATCH", "Expected 4, got more"],
    ["what is allowed", { digest: layer.digest }, "OCI_TOO_LARGE", "more than 1000 bytes"],
  ])("leaves a blob that does not end at %s", async (_row, descriptor, code, text) => {
    const left = Promise.withResolvers<void>();
    registry.intercept = inOrder((_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write("0".repeat(64)));
      };
      response.on("drain", more).on("close", left.resolve);
      more();
      return "handled";
    });
    await using client = clientFor([registry]);
    const sink = remembering();
    await expect(client.fetchBlobTo(imageAt(registry), descriptor, sink, options)).rejects.toMatchObject({
      ...{ code, message: expect.stringContaining(text) },
    });
    expect(sink.text().length).toBeLessThanOrEqual(maxBytes);
    await left.promise;
  });

  it("has the sink begin anew where another place gives the blob", async () => {
    await using mirror = await startFakeRegistry();
    mirror.intercept = () => ({ status: 200, body: content });
    answering({ status: 200, body: "9876543210" });
    await using client = clientFor([registry, mirror]);
    const sink = remembering();
    await client.fetchBlobTo(imageAt(registry), { ...layer, urls: [`${mirror.url}/layer`] }, sink, options);
    expect([sink.text(), sink.restarts]).toEqual([content, 1]);
  });

  it("ends with the error of the sink, as it is, and asks nobody else", async () => {
    registry.putBlob(content);
    await using client = clientFor([registry]);
    const full = new Error("no space left on device");
    const sink = remembering(() => Promise.reject(full));
    const urls = [`${registry.url}/elsewhere`];
    await expect(client.fetchBlobTo(imageAt(registry), { ...layer, urls }, sink, options)).rejects.toBe(full);
    expect([ranges(), sink.restarts]).toEqual([[undefined], 0]);
  });

  it("holds up the registry while the sink is busy", async () => {
    const mebibyte = 1024 * 1024;
    const size = 64 * mebibyte;
    let sent = 0;
    registry.intercept = inOrder((_request, response) => {
      const more = (): void => {
        while (sent < size && response.write(Buffer.alloc(mebibyte))) sent += mebibyte;
        if (sent === size) response.end();
        else sent += mebibyte;
      };
      response.on("drain", more);
      more();
      return "handled";
    });
    await using client = clientFor([registry]);
    let [received, ahead] = [0, 0];
    const sink = {
      async write(bytes: Uint8Array) {
        await new Promise((resolve) => setImmediate(resolve));
        ahead = Math.max(ahead, sent - received);
        received += bytes.length;
      },
      restart() {},
    };
    const digest = hash("sha256", Buffer.alloc(size));
    await client.fetchBlobTo(imageAt(registry), { digest, size }, sink, { signal, maxBytes: size });
    expect(received).toBe(size);
    // what the system keeps for the two ends of a connection
    expect(ahead).toBeLessThan(24 * mebibyte);
  });

  it("ends when the caller leaves in the middle", async () => {
    const controller = new AbortController();
    registry.intercept = inOrder((_request, response) => {
      response.writeHead(200, whole).write("012");
      return "handled";
    });
    await using client = clientFor([registry]);
    const sink = remembering(() => controller.abort());
    const leaving = { signal: controller.signal, maxBytes };
    await expect(client.fetchBlobTo(imageAt(registry), layer, sink, leaving)).rejects.toMatchObject({
      code: "OCI_ABORTED",
    });
  });
});
