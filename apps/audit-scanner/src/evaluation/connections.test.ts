import { once } from "node:events";
import { createServer } from "node:net";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { describe, expect, it } from "vitest";
import { readClientTls } from "./client-tls.ts";
import { openConnections } from "./connections.ts";
import { accepting, type FakePolicyServer, startFakePolicyServer } from "./testing/fake-policy-server.ts";

const { signal } = new AbortController();
const body = Buffer.from("{}");
const tls = await readClientTls({}, () => []);
const unused = "http://service.kubewarden.invalid:80";
const options = { tls, proxy: undefined, maxConnections: 10, now: () => 0 };
const counts = (servers: readonly FakePolicyServer[]) => servers.map(({ requests }) => requests.length);
const endpointOf = ({ port }: FakePolicyServer) => `127.0.0.1:${port}`;

async function startServers(count: number) {
  const stack = new AsyncDisposableStack();
  const servers: FakePolicyServer[] = [];
  for (let index = 0; index < count; index++) {
    servers.push(stack.use(await startFakePolicyServer(() => accepting)));
  }
  return { servers, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

describe("openConnections", () => {
  it("spreads requests evenly over endpoints, and keeps the connections", async () => {
    await using started = await startServers(3);
    const endpoints = started.servers.map(endpointOf);
    await using connections = await openConnections({ name: "default", url: unused, endpoints }, options);
    for (let index = 0; index < 180; index++) await connections.post("/audit/p", body, signal);
    expect(counts(started.servers)).toEqual([60, 60, 60]);
    expect(started.servers.map((each) => each.connections)).toEqual([1, 1, 1]);
    expect(started.servers[0]?.requests[0]?.host).toBe("service.kubewarden.invalid");
  });

  it("ends a connection after 50 requests where endpoints are unknown", async () => {
    await using started = await startServers(1);
    const url = started.servers[0]?.url ?? "";
    await using connections = await openConnections({ name: "default", url, endpoints: [] }, options);
    for (let index = 0; index < 120; index++) await connections.post("/audit/p", body, signal);
    expect(started.servers[0]?.mostPerConnection).toBe(50);
  });

  it("passes over an endpoint that is gone, for ten seconds", async () => {
    await using started = await startServers(2);
    const gone = await startServers(1);
    await gone[Symbol.asyncDispose]();
    let now = 0;
    const endpoints = [...gone.servers, ...started.servers].map(endpointOf);
    const address = { name: "default", url: unused, endpoints };
    await using connections = await openConnections(address, { ...options, now: () => now });
    for (let index = 0; index < 10; index++) {
      now += 2_000;
      await connections.post("/audit/p", body, signal);
    }
    expect(counts(started.servers)).toEqual([5, 5]);
  });

  it("asks the Service when no endpoint can be reached", async () => {
    await using started = await startServers(1);
    const gone = await startServers(1);
    await gone[Symbol.asyncDispose]();
    const address = {
      name: "default",
      url: started.servers[0]?.url ?? "",
      endpoints: gone.servers.map(endpointOf),
    };
    await using connections = await openConnections(address, options);
    expect((await connections.post("/audit/p", body, signal)).status).toBe(200);
  });

  it("follows endpoints that change", async () => {
    await using started = await startServers(2);
    const [old = "", young = ""] = started.servers.map(endpointOf);
    await using connections = await openConnections(
      { name: "default", url: unused, endpoints: [old] },
      options,
    );
    await connections.post("/audit/p", body, signal);
    connections.useEndpoints([young]);
    await connections.post("/audit/p", body, signal);
    expect(counts(started.servers)).toEqual([1, 1]);
  });

  it("asks an endpoint for the Service's certificate", async () => {
    const root = issueCertificate("root", { authority: true });
    const { cert, key } = issueCertificate("server", { issuer: root });
    const names: unknown[] = [];
    const SNICallback = (name: string, done: (error: null) => void): void => {
      names.push(name);
      done(null);
    };
    await using server = await startFakePolicyServer(() => accepting, { cert, key, SNICallback });
    const trusting = await readClientTls({}, () => [root.cert]);
    const address = { name: "default", url: "https://localhost:1", endpoints: [endpointOf(server)] };
    await using connections = await openConnections(address, { ...options, tls: trusting });
    expect((await connections.post("/audit/p", body, signal)).status).toBe(200);
    expect(names).toEqual(["localhost"]);
    expect(server.requests[0]?.host).toBe("localhost:1");
  });

  it("goes through a proxy by the Service's name, whatever the endpoints", async () => {
    const heard = Promise.withResolvers<string>();
    const proxy = createServer((socket) => {
      socket
        .on("error", () => {})
        .once("data", (bytes) => {
          heard.resolve(String(bytes).split("\r\n")[0] ?? "");
          socket.destroy();
        });
    }).listen(0, "127.0.0.1");
    await once(proxy, "listening");
    const { port } = Object(proxy.address());
    const address = { name: "default", url: unused, endpoints: ["127.0.0.1:1"] };
    await using connections = await openConnections(address, {
      ...options,
      proxy: `http://127.0.0.1:${port}`,
    });
    await connections.post("/audit/p", body, signal).catch(() => {});
    expect(await heard.promise).toBe("POST http://service.kubewarden.invalid/audit/p HTTP/1.1");
    proxy.close();
  });
});
