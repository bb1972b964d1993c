import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { clientFor, hash, imageAt, jane, until } from "./testing/client-under-test.ts";
import { type FakeRegistry, type Intercept, startFakeRegistry } from "./testing/fake-registry.ts";
import { failure } from "./testing/fake-storage.ts";

const { signal } = new AbortController();
const mebibyte = 1024 * 1024;
const large = Buffer.alloc(9 * mebibyte, "a");
const small = Buffer.from("{}");

let registry: FakeRegistry;
let other: FakeRegistry;
beforeAll(async () => {
  [registry, other] = await Promise.all([startFakeRegistry(), startFakeRegistry()]);
});
beforeEach(() => {
  registry.intercept = undefined;
  registry.blobs.clear();
  for (const each of [registry, other]) each.requests.length = 0;
});
afterAll(async () => {
  for (const each of [registry, other]) await each[Symbol.asyncDispose]();
});

/** The writes and what they said of the bytes, without what differs from run to run. */
const written = ({ requests } = registry): string[] =>
  requests
    .filter(({ url }) => url !== "/v2/")
    .map(({ method, url, headers }) =>
      [method, url.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "ID"), headers["content-range"] ?? ""]
        .join(" ")
        .trim(),
    );
const uploads = "/v2/acme/app/blobs/uploads/";
const digestQuery = (bytes: Uint8Array): string => `digest=${encodeURIComponent(hash("sha256", bytes))}`;

/** Answers requests of a method, in order; then the registry does. */
const answering = (method: string, ...each: readonly ReturnType<Intercept>[]): Intercept => {
  let next = 0;
  return (request) => (request.method === method ? each[next++] : undefined);
};

describe("kwctl-and-oci 11: pushBlob", () => {
  it("sends a small blob in one piece, once", async () => {
    await using client = clientFor([registry]);
    const pushed = { digest: hash("sha256", small), size: 2 };
    const moved: unknown[] = [];
    const options = { signal, progress: (progress: unknown) => moved.push(progress) };
    for (let round = 0; round < 2; round++) {
      expect(await client.pushBlob(imageAt(registry), small, options)).toEqual(pushed);
    }
    expect(moved).toEqual([{ bytes: 2, totalBytes: 2 }]);
    expect(registry.blobs.get(pushed.digest)).toEqual(small);
    expect(written()).toEqual([
      `HEAD /v2/acme/app/blobs/${pushed.digest}`,
      `POST ${uploads}`,
      `PUT ${uploads}ID?${digestQuery(small)}`,
      `HEAD /v2/acme/app/blobs/${pushed.digest}`,
    ]);
  });

  it("sends a large blob in chunks of 4 MiB, and tells how far it is", async () => {
    await using client = clientFor([registry]);
    const moved: unknown[] = [];
    const options = { signal, progress: (progress: unknown) => moved.push(progress) };
    const { digest } = await client.pushBlob(imageAt(registry), large, options);
    expect(registry.blobs.get(digest)?.equals(large)).toBe(true);
    expect(written().slice(1)).toEqual([
      `POST ${uploads}`,
      `PATCH ${uploads}ID 0-4194303`,
      `PATCH ${uploads}ID 4194304-8388607`,
      `PATCH ${uploads}ID 8388608-9437183`,
      `PUT ${uploads}ID?${digestQuery(large)}`,
    ]);
    const totalBytes = large.length;
    expect(moved).toEqual([4, 8, 9].map((mebibytes) => ({ bytes: mebibytes * mebibyte, totalBytes })));
  });

  it.each<[string, Record<string, string>]>([
    ["of another size", { "content-length": "13" }],
    ["of another digest", { "content-length": "2", "docker-content-digest": `sha256:${"0".repeat(64)}` }],
    ["without a size", { "transfer-encoding": "chunked" }],
  ])("sends a blob though the registry says that it has one %s", async (_row, headers) => {
    registry.intercept = ({ method }, response) => {
      if (method !== "HEAD") return undefined;
      response.writeHead(200, headers).end();
      return "handled";
    };
    await using client = clientFor([registry]);
    const { digest } = await client.pushBlob(imageAt(registry), small, { signal });
    expect(registry.blobs.has(digest)).toBe(true);
  });

  it("sends nothing that the registry takes from another repository", async () => {
    const digest = registry.putBlob(small);
    registry.intercept = answering("HEAD", failure(404, "BLOB_UNKNOWN", ""));
    await using client = clientFor([registry]);
    await client.pushBlob(imageAt(registry), small, { signal, mountFrom: "acme/base" });
    const mount = `mount=${encodeURIComponent(digest)}&from=acme%2Fbase`;
    expect(written().slice(1)).toEqual([`POST ${uploads}?${mount}`]);
  });

  it.each([
    ["begins an upload instead", undefined, 2],
    ["refuses", failure(401, "UNAUTHORIZED", "authentication required"), 3],
    ["does not know how", failure(405, "UNSUPPORTED", ""), 3],
  ])("sends what is to be mounted where the registry %s", async (_row, answer, requests) => {
    registry.intercept = answering("POST", answer);
    await using client = clientFor([registry]);
    const { digest } = await client.pushBlob(imageAt(registry), small, { signal, mountFrom: "acme/base" });
    expect(registry.blobs.get(digest)).toEqual(small);
    expect(written()).toHaveLength(1 + requests);
  });

  it("asks for a token that lets it write, and read where it mounts from", async () => {
    await using guarded = await startFakeRegistry({ auth: { kind: "bearer", users: { jane: "secret" } } });
    await using client = clientFor([guarded], { credentials: jane });
    const options = { signal, mountFrom: "acme/base" };
    const { digest } = await client.pushBlob(imageAt(guarded), small, options);
    expect(guarded.blobs.has(digest)).toBe(true);
    const scopes = guarded.requests
      .filter(({ url }) => url.startsWith("/token"))
      .map(({ url }) => new URL(url, guarded.url).searchParams.getAll("scope"));
    expect(scopes).toEqual([
      ["repository:acme/app:pull,push"],
      ["repository:acme/app:pull,push", "repository:acme/base:pull"],
    ]);
  });

  it.each([200, 204])("goes over to one piece where a chunk is answered with %i", async (status) => {
    registry.intercept = answering("PATCH", { status });
    await using client = clientFor([registry]);
    await client.pushBlob(imageAt(registry), large, { signal });
    expect(written().slice(1)).toEqual([
      `POST ${uploads}`,
      `PATCH ${uploads}ID 0-4194303`,
      `POST ${uploads}`,
      `PUT ${uploads}ID?${digestQuery(large)}`,
    ]);
  });

  it("goes on where an upload stands that broke off", async () => {
    await using client = clientFor([registry]);
    let chunks = 0;
    registry.intercept = ({ method }, response) => {
      if (method !== "PATCH" || ++chunks !== 2) return undefined;
      response.destroy();
      return "handled";
    };
    await client.pushBlob(imageAt(registry), large, { signal });
    expect(written().slice(2)).toEqual([
      `PATCH ${uploads}ID 0-4194303`,
      `PATCH ${uploads}ID 4194304-8388607`,
      `GET ${uploads}ID`,
      `PATCH ${uploads}ID 4194304-8388607`,
      `PATCH ${uploads}ID 8388608-9437183`,
      `PUT ${uploads}ID?${digestQuery(large)}`,
    ]);
  });

  it.each([
    ["does not know it any more", failure(404, "BLOB_UPLOAD_UNKNOWN", "")],
    ["says nonsense", { status: 204, headers: { range: "5-1" } }],
    ["says that it has more than there is", { status: 204, headers: { range: "0-99999999" } }],
  ])("begins anew where an upload broke off and the registry %s", async (_row, answer) => {
    await using client = clientFor([registry]);
    registry.intercept = ({ method, url }) => {
      if (method === "GET" && url.startsWith(uploads)) return answer;
      const isFirst = registry.requests.filter((request) => request.method === "PATCH").length === 1;
      return method === "PATCH" && isFirst ? { status: 503 } : undefined;
    };
    const { digest } = await client.pushBlob(imageAt(registry), large, { signal });
    expect(registry.blobs.get(digest)?.equals(large)).toBe(true);
    expect(written().filter((line) => line.startsWith("POST"))).toHaveLength(2);
  });

  it("gives up after the third break, and leaves nothing behind that looks complete", async () => {
    await using client = clientFor([registry]);
    registry.intercept = ({ method }) => (method === "PATCH" ? { status: 503, body: "busy" } : undefined);
    await expect(client.pushBlob(imageAt(registry), large, { signal })).rejects.toMatchObject({
      code: "OCI_UNAVAILABLE",
      message: expect.stringMatching(
        /^Fail to interact with OCI registry: Server error: url .*, code: 503, message: busy$/,
      ),
    });
    expect(written().filter((line) => line.startsWith("PATCH"))).toHaveLength(3);
    expect(registry.blobs.size).toBe(0);
  });

  it.each<[string, string, ReturnType<Intercept>, string, string]>([
    ["no location", "POST", { status: 202 }, "OCI_PROTOCOL", "Registry did not return a location header"],
    [
      "a location that is no URL",
      "POST",
      { status: 202, headers: { location: "http://[" } },
      "OCI_PROTOCOL",
      "location that is no URL",
    ],
    [
      "another status",
      "POST",
      { status: 200 },
      "OCI_PROTOCOL",
      "OCI distribution spec violation: Expected HTTP Status 202, got 200 instead",
    ],
    [
      "a refusal",
      "PUT",
      failure(403, "DENIED", "quota exceeded"),
      "OCI_REFUSED",
      "envelope: OCI API errors: [OCI API error: quota exceeded]",
    ],
    ["a page", "PUT", { status: 200, body: "<html>" }, "OCI_PROTOCOL", "Expected HTTP Status 201, got 200"],
    [
      "the digest of something else",
      "PUT",
      { status: 201, headers: { "docker-content-digest": `sha256:${"0".repeat(64)}` } },
      "OCI_DIGEST_MISMATCH",
      "Digest error: Invalid digest. Expected sha256:44136f",
    ],
    [
      "a redirect that changes the method",
      "PUT",
      { status: 302, headers: { location: "/elsewhere" } },
      "OCI_PROTOCOL",
      "Expected HTTP Status 201, got 302",
    ],
  ])("fails where the registry answers with %s", async (_row, method, answer, code, text) => {
    registry.intercept = answering(method, answer);
    await using client = clientFor([registry]);
    await expect(client.pushBlob(imageAt(registry), small, { signal })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(text),
    });
  });

  it("does not repeat what is not safe to repeat", async () => {
    registry.intercept = answering("POST", { status: 503 });
    await using client = clientFor([registry]);
    await expect(client.pushBlob(imageAt(registry), small, { signal })).rejects.toMatchObject({
      code: "OCI_UNAVAILABLE",
    });
    expect(written().filter((line) => line.startsWith("POST"))).toHaveLength(1);
  });

  it("kwctl-and-oci 18: sends to another host what the registry wants there, without credentials", async () => {
    await using guarded = await startFakeRegistry({ auth: { kind: "basic", users: { jane: "secret" } } });
    guarded.intercept = answering("POST", { status: 202, headers: { location: `${other.url}/storage?a=1` } });
    other.intercept = () => ({ status: 201 });
    await using client = clientFor([guarded, other], { credentials: jane });
    await client.pushBlob(imageAt(guarded), small, { signal });
    expect(other.requests).toMatchObject([
      { method: "PUT", url: `/storage?a=1&${digestQuery(small)}`, body: "{}" },
    ]);
    expect(other.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it("kwctl-and-oci 18: follows with all bytes, and to another host without credentials", async () => {
    await using guarded = await startFakeRegistry({ auth: { kind: "basic", users: { jane: "secret" } } });
    guarded.intercept = answering("PUT", { status: 307, headers: { location: `${other.url}/moved` } });
    other.intercept = () => ({ status: 201 });
    await using client = clientFor([guarded, other], { credentials: jane });
    await client.pushBlob(imageAt(guarded), small, { signal });
    expect(other.requests).toMatchObject([{ method: "PUT", url: "/moved", body: "{}" }]);
    expect(other.requests[0]?.headers).not.toHaveProperty("authorization");
  });

  it("stays with the registry's way where its location names another scheme", async () => {
    const location = `https://${registry.host}${uploads}1`;
    registry.intercept = ({ method, url }) => {
      if (method === "POST") return { status: 202, headers: { location } };
      return url.startsWith(`${uploads}1?`) ? { status: 201 } : undefined;
    };
    await using client = clientFor([registry]);
    await client.pushBlob(imageAt(registry), small, { signal });
    expect(written().at(-1)).toBe(`PUT ${uploads}1?${digestQuery(small)}`);
  });

  it("ends when the caller leaves", async () => {
    registry.intercept = ({ method }) => (method === "PATCH" ? "handled" : undefined);
    await using client = clientFor([registry]);
    const controller = new AbortController();
    const options = { signal: controller.signal };
    const outcome = expect(client.pushBlob(imageAt(registry), large, options)).rejects.toMatchObject({
      code: "OCI_ABORTED",
    });
    await until(() => registry.requests.some(({ method }) => method === "PATCH"));
    controller.abort();
    await outcome;
    registry.closeConnections();
  });
});
