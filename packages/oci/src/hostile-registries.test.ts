import { type AddressInfo, createServer, type Socket } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { OciError } from "./errors.ts";
import type { RegistryClient } from "./registry-client.ts";
import { clientFor, hash, imageAt, jane } from "./testing/client-under-test.ts";
import { startFakeRegistry } from "./testing/fake-registry.ts";

const { signal } = new AbortController();
const maxBytes = 10_000;
const limits = { timeoutMs: 300, blobTimeoutMs: 300, maxManifestBytes: maxBytes, maxConfigBytes: maxBytes };
const content = "content";
const digest = hash("sha256", content);
const type = "application/vnd.oci.image.manifest.v1+json";
const forget = { write() {}, restart() {} };

type Deed = (client: RegistryClient, image: ReturnType<typeof imageAt>) => Promise<unknown>;

/** All that a client asks of a registry. */
const deeds: Record<string, Deed> = {
  fetchManifest: (client, image) => client.fetchManifest(image, { signal }),
  fetchDigest: (client, image) => client.fetchDigest(image, { signal }),
  fetchBlob: (client, image) => client.fetchBlob(image, { digest }, { signal, maxBytes }),
  fetchBlobTo: (client, image) => client.fetchBlobTo(image, { digest }, forget, { signal, maxBytes }),
  fetchTags: (client, image) => client.fetchTags(image, { signal }),
  fetchReferrers: (client, image) => client.fetchReferrers(image, digest, { signal }),
  pushBlob: (client, image) =>
    client.pushBlob(image, Buffer.from(content), { signal, mountFrom: "acme/base" }),
  pushManifest: (client, image) => client.pushManifest(image, Buffer.from(content), type, { signal }),
};

const ping = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";

/** A server that says hello, and to all that is asked then what it likes. */
async function startHostile(behave: (socket: Socket) => void): Promise<{ host: string } & AsyncDisposable> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {}).on("close", () => sockets.delete(socket));
    socket.on("data", (data) => {
      // it does not speak TLS
      if (data[0] === 0x16) socket.destroy();
      else if (data.toString().startsWith("GET /v2/ ")) socket.write(ping);
      else behave(socket);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`, // never a pipe here
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Sends something over and over, as long as somebody reads it. */
function endlessly(socket: Socket, beginning: string, again: string): void {
  const more = (): void => {
    while (!socket.destroyed && socket.write(again));
  };
  socket.write(beginning);
  socket.on("drain", more);
  more();
}

const misbehaviours: Record<string, (socket: Socket) => void> = {
  "ends the connection": (socket) => socket.end(),
  "resets the connection": (socket) => socket.resetAndDestroy(),
  "says nothing": () => {},
  "speaks another protocol": (socket) => socket.end("220 mail.test ESMTP\r\n"),
  "ends in its headers": (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Type: appl"),
  "ends in its body": (socket) => socket.end("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
  "stops in its body": (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"),
  "sends chunks of nonsense": (socket) =>
    socket.end("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n{}\r\n"),
  "gives two lengths": (socket) =>
    socket.end("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"),
  "has headers without end": (socket) =>
    endlessly(socket, "HTTP/1.1 200 OK\r\n", `X-A: ${"a".repeat(1000)}\r\n`),
  "has a body without end": (socket) => endlessly(socket, "HTTP/1.1 200 OK\r\n\r\n", " ".repeat(1000)),
  "has an error without end": (socket) => endlessly(socket, "HTTP/1.1 403 No\r\n\r\n", "no ".repeat(1000)),
  "announces much": (socket) => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"),
  "answers with a page": (socket) =>
    socket.end("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 13\r\n\r\n<html></html>"),
  "moves in circles": (socket) =>
    socket.end("HTTP/1.1 307 Moved\r\nLocation: /v2/\r\nContent-Length: 0\r\n\r\n"),
  "moves to a file": (socket) =>
    socket.end("HTTP/1.1 307 Moved\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n"),
  "moves nowhere": (socket) =>
    socket.end("HTTP/1.1 307 Moved\r\nLocation: http://[\r\nContent-Length: 0\r\n\r\n"),
  "lets nobody in after all": (socket) =>
    socket.end(
      'HTTP/1.1 401 No\r\nWWW-Authenticate: Bearer realm="http://127.0.0.1:1/token"\r\nContent-Length: 0\r\n\r\n',
    ),
  "has other digests": (socket) =>
    socket.end(
      `HTTP/1.1 200 OK\r\nDocker-Content-Digest: sha256:${"0".repeat(64)}\r\nContent-Length: 2\r\n\r\n{}`,
    ),
};

const outcomeOf = (deed: Promise<unknown>): Promise<unknown> =>
  deed.then(
    () => "done",
    (error: unknown) => error,
  );

describe("a registry that", () => {
  it.each(Object.keys(misbehaviours))(
    "%s fails whatever is asked, with an error that has a code",
    async (name) => {
      await using hostile = await startHostile(misbehaviours[name] ?? expect.fail());
      await using client = clientFor([hostile], { credentials: jane, limits });
      const image = imageAt(hostile, { digest });
      const outcomes = await Promise.all(
        Object.entries(deeds).map(
          async ([deed, run]) => [deed, await outcomeOf(run(client, image))] as const,
        ),
      );
      for (const [deed, outcome] of outcomes) expect(outcome, deed).toBeInstanceOf(OciError);
    },
  );

  it("answers at random gives what was asked for, or an error that has a code", async () => {
    await using registry = await startFakeRegistry();
    await using client = clientFor([registry], { credentials: jane, limits });
    const header = fc.oneof(
      fc.string({ unit: fc.constantFrom(...'abc019 /:;,<>="-.%{}') }),
      fc.constantFrom(
        digest,
        `sha256:${"0".repeat(64)}`,
        "/v2/acme/app/x",
        "http://127.0.0.1:1/",
        "0-5",
        "0",
        "bytes 0-6/7",
      ),
      fc.constantFrom(
        '</next>; rel="next"',
        'Bearer realm="http://127.0.0.1:1/"',
        "application/vnd.oci.image.index.v1+json",
      ),
    );
    const names = [
      "content-type",
      "docker-content-digest",
      "link",
      "location",
      "range",
      "retry-after",
      "www-authenticate",
      "content-range",
    ];
    const answer = fc.record({
      status: fc.oneof(
        fc.constantFrom(200, 201, 202, 204, 206, 307, 401, 404, 416, 429),
        fc.integer({ min: 200, max: 599 }),
      ),
      headers: fc.dictionary(fc.constantFrom(...names), header),
      body: fc.oneof(fc.json(), fc.string(), fc.constant(content), fc.constant('{"tags":["a"]}')),
    });
    const deed = fc.constantFrom(...Object.keys(deeds));
    await fc.assert(
      fc.asyncProperty(deed, fc.array(answer, { minLength: 1, maxLength: 6 }), async (name, answers) => {
        let next = 0;
        registry.requests.length = 0;
        registry.intercept = ({ url }) => (url === "/v2/" ? undefined : answers[next++ % answers.length]);
        const outcome = await outcomeOf(
          (deeds[name] ?? expect.fail())(client, imageAt(registry, { digest })),
        );
        if (outcome !== "done") expect(outcome).toBeInstanceOf(OciError);
      }),
      { numRuns: 300 },
    );
  });
});
