import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { errorText } from "@kubewarden-ts/base";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { Credentials } from "../credentials/credential.ts";
import { parseReference } from "../reference.ts";
import { defaultSources } from "../sources/sources.ts";
import { clientFor, imageAt, standingClock } from "../testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fake-registry.ts";
import { createWays } from "./ways.ts";

const { signal } = new AbortController();
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

/** The first byte of a connection that begins with TLS. */
const tlsHandshake = 0x16;

/** A port before a registry that can be exchanged; without one, nothing is answered. */
async function startFront(first?: FakeRegistry) {
  const sockets = new Set<Socket>();
  let target = first;
  const server = createServer((socket) => {
    sockets.add(socket.on("error", () => {}));
    socket.once("data", ([first]: Buffer) => {
      if (first === tlsHandshake) front.handshakes++;
    });
    if (target === undefined) return;
    const behind = connect(Number(new URL(target.url).port), "127.0.0.1").on("error", () => socket.destroy());
    sockets.add(behind);
    socket.pipe(behind).pipe(socket);
  });
  const cut = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  const front = {
    ...{ host: "", handshakes: 0 },
    switchTo(next: FakeRegistry): void {
      target = next;
      cut();
    },
    async [Symbol.asyncDispose]() {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  front.host = `127.0.0.1:${(server.address() as AddressInfo).port}`; // never a pipe here
  return front;
}

const paths = (of: FakeRegistry): string[] => of.requests.map(({ method, url }) => `${method} ${url}`);
const manifestUrl = "/v2/acme/app/manifests/v1";

describe("the way to a host", () => {
  it("policy-server 30: is TLS alone for hosts that are not listed", async () => {
    await using client = clientFor([]);
    const error = await client.fetchDigest(imageAt(registry), { signal }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "OCI_UNAVAILABLE" });
    expect(errorText(error)).toMatch(
      new RegExp(
        `^Fail to interact with OCI registry: error sending request for url \\(https://${registry.host}${manifestUrl}\\): .+`,
      ),
    );
    expect(registry.requests).toEqual([]);
  });

  it("policy-server 30: is plain HTTP for listed hosts where TLS does not work", async () => {
    await using client = clientFor([registry]);
    for (let round = 0; round < 2; round++)
      expect(await client.fetchDigest(imageAt(registry), { signal })).toBe(digest);
    expect(paths(registry)).toEqual(["GET /v2/", `HEAD ${manifestUrl}`, `HEAD ${manifestUrl}`]);
  });

  it("policy-server 30: is TLS without a look at the certificate before plain HTTP", async () => {
    await using secure = await startFakeRegistry({ tls });
    const expected = secure.putImage("acme/app", { tag: "v1" });
    await using client = clientFor([secure]);
    expect(await client.fetchDigest(imageAt(secure), { signal })).toBe(expected);
    await using strict = clientFor([]);
    await expect(strict.fetchDigest(imageAt(secure), { signal })).rejects.toMatchObject({
      code: "OCI_UNAVAILABLE",
    });
    await using trusting = clientFor([], { sources: { authorities: new Map([[secure.host, [root.cert]]]) } });
    expect(await trusting.fetchDigest(imageAt(secure), { signal })).toBe(expected);
  });

  it("is kept for a minute, and looked for again when it leads nowhere", async () => {
    await using plain = await startFakeRegistry();
    await using secure = await startFakeRegistry({ tls });
    const expected = plain.putImage("acme/app", { tag: "v1" });
    secure.putImage("acme/app", { tag: "v1" });
    await using front = await startFront(plain);
    const clock = standingClock();
    await using client = clientFor([front], { clock });
    const look = async (seconds: number): Promise<number> => {
      clock.nowMs += seconds * 1000;
      front.handshakes = 0;
      expect(await client.fetchDigest(imageAt(front), { signal })).toBe(expected);
      return front.handshakes;
    };
    // TLS, and TLS without a look at the certificate, both in vain
    expect([await look(0), await look(59), await look(1)]).toEqual([2, 0, 2]);
    front.switchTo(secure);
    expect(await look(1)).toBeGreaterThan(0);
    expect(secure.requests.length).toBeGreaterThan(0);
  });

  it("is not left for the next one when an answer breaks off", async () => {
    await using secure = await startFakeRegistry({ tls });
    secure.intercept = (_request, response) => {
      response.writeHead(200, { "content-length": "14" }).write("a longer");
      setImmediate(() => response.destroy());
      return "handled";
    };
    await using client = clientFor([secure]);
    await expect(client.fetchDigest(imageAt(secure), { signal })).rejects.toThrow(
      `error sending request for url (https://${secure.host}${manifestUrl})`,
    );
  });

  it("is not left for the next one when the time is up", async () => {
    await using front = await startFront();
    await using client = clientFor([front], { limits: { timeoutMs: 250 } });
    await expect(client.fetchDigest(imageAt(front), { signal })).rejects.toMatchObject({
      code: "OCI_TIMEOUT",
    });
    expect(front.handshakes).toBe(1);
  });

  it("kwctl-and-oci 17: to Docker Hub leads to its API, with the credentials of its name", async () => {
    const asked: string[] = [];
    const credentials: Credentials = {
      async credentialFor(name) {
        asked.push(name);
        return { kind: "password", username: "jane", password: "secret" };
      },
    };
    registry.intercept = ({ headers }) =>
      headers.authorization === undefined
        ? { status: 401, headers: { "www-authenticate": "Basic" } }
        : { status: 200, headers: { "docker-content-digest": digest } };
    const proxies = { http: registry.url, https: "http://127.0.0.1:1" };
    await using client = clientFor([{ host: "docker.io" }], { credentials, sources: { proxies } });
    expect(await client.fetchDigest(parseReference("busybox"), { signal })).toBe(digest);
    expect(paths(registry)).toEqual([
      "GET http://registry-1.docker.io/v2/",
      "HEAD http://registry-1.docker.io/v2/library/busybox/manifests/latest",
    ]);
    expect(asked).toEqual(["docker.io"]);
  });

  it.each([
    ["of the registry, for where it sends us", ["registry.test"], "registry.test"],
    ["under the registry's other name", ["docker.test"], "docker.test"],
    ["of the place itself before these", ["registry.test", "tokens.test"], "tokens.test"],
    ["of nobody else", ["other.test"], "tokens.test"],
  ])("policy-server 30: trusts the authorities %s", (_row, hosts, expected) => {
    const authorities = new Map(hosts.map((host) => [host, [root.cert]]));
    const from = new URL("https://registry.test/v2/");
    const via = ["registry.test", "docker.test"];
    const ways = createWays({ ...defaultSources, authorities }, standingClock());
    const found = ways.to({ kind: "url", url: new URL("https://tokens.test/token"), from, via });
    expect(found).toMatchObject([{ host: expected, verify: true }]);
  });

  it("names the last way when there is none", async () => {
    const closed = createServer();
    await new Promise<void>((resolve) => closed.listen(0, "127.0.0.1", resolve));
    const address = closed.address();
    const host = `127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
    await new Promise((resolve) => closed.close(resolve));
    await using client = clientFor([{ host }]);
    const error = await client.fetchDigest(imageAt({ host }), { signal }).catch((reason: unknown) => reason);
    expect(errorText(error)).toBe(
      `Fail to interact with OCI registry: error sending request for url (http://${host}${manifestUrl}): connect ECONNREFUSED ${host}`,
    );
  });

  it("policy-server 30: leads through the proxy, but not to hosts of no_proxy", async () => {
    const image = imageAt({ host: "registry.test" });
    const proxies = { http: registry.url };
    const insecureSources = new Set(["registry.test"]);
    await using client = clientFor([], {
      sources: { insecureSources, proxies: { ...proxies, https: "http://127.0.0.1:1" } },
    });
    registry.intercept = ({ url }) => ({
      status: 200,
      headers: { "docker-content-digest": digest },
      body: url,
    });
    expect(await client.fetchDigest(image, { signal })).toBe(digest);
    expect(paths(registry)).toEqual([
      "GET http://registry.test/v2/",
      `HEAD http://registry.test${manifestUrl}`,
    ]);
    registry.requests.length = 0;
    await using direct = clientFor([registry], {
      sources: { proxies: { http: other.url, none: "127.0.0.0/8" } },
    });
    await direct.fetchDigest(imageAt(registry), { signal });
    expect(other.requests).toEqual([]);
    expect(registry.requests).toHaveLength(2);
  });
});
