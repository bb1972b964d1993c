import { createServer as createPlainServer, type RequestListener, type Server } from "node:http";
import { createServer } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { request } from "undici";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Connections, createConnections } from "./connections.ts";
import { defaultSources, type Sources } from "./sources.ts";

const root = issueCertificate("root", { authority: true });
const certificate = issueCertificate("registry", { issuer: root });

/** Ports of the clients, in the order of their requests. */
const clients: (number | undefined)[] = [];
const answer: RequestListener = ({ socket }, response) => {
  clients.push(socket.remotePort);
  response.end("answer");
};

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`; // never a pipe here
}

const secure = createServer(certificate, answer);
const plain = createPlainServer(answer);
let secureHost = "";
let plainHost = "";
beforeAll(async () => {
  secureHost = await listening(secure);
  plainHost = await listening(plain);
});
afterAll(() => {
  for (const server of [secure, plain]) server.close();
});

async function get(connections: Connections, url: string, options: { verify?: boolean; host?: string } = {}) {
  const { verify = true, host } = options;
  const dispatcher = await connections.dispatcher(new URL(url), { verify, host });
  return await (await request(url, { dispatcher })).body.text();
}

function trusting(host: string): Sources {
  return { ...defaultSources, authorities: new Map([[host, [root.cert]]]) };
}

describe("certificates", () => {
  it("policy-server 30: of an unknown authority are refused, unless nothing is verified", async () => {
    await using connections = createConnections(defaultSources);
    await expect(get(connections, `https://${secureHost}/`)).rejects.toMatchObject({
      code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
    });
    expect(await get(connections, `https://${secureHost}/`, { verify: false })).toBe("answer");
  });

  it("policy-server 30: of an authority are taken for its host and port, and for no other", async () => {
    await using own = createConnections(trusting(secureHost));
    expect(await get(own, `https://${secureHost}/`)).toBe("answer");
    await using other = createConnections(trusting("127.0.0.1"));
    await expect(get(other, `https://${secureHost}/`)).rejects.toThrow();
  });

  it("are taken under the name that sources.yml has for the host", async () => {
    await using connections = createConnections(trusting("registry.test"));
    expect(await get(connections, `https://${secureHost}/`, { host: "registry.test" })).toBe("answer");
    await expect(get(connections, `https://${secureHost}/`)).rejects.toThrow();
  });

  it("of the system's authorities are taken for every host, and these are read once", async () => {
    let reads = 0;
    const roots = (): string[] => {
      reads++;
      return [root.cert];
    };
    await using connections = createConnections(defaultSources, { roots });
    expect(await get(connections, `http://${plainHost}/`)).toBe("answer");
    expect(reads).toBe(0);
    for (let round = 0; round < 2; round++) await get(connections, `https://${secureHost}/`);
    expect(reads).toBe(1);
  });
});

describe("connections", () => {
  it("are kept open between requests", async () => {
    await using connections = createConnections(defaultSources);
    clients.length = 0;
    for (const url of [`http://${plainHost}/`, `https://${secureHost}/`]) {
      for (let round = 0; round < 3; round++) {
        await get(connections, url, { verify: false });
        // the connection is free a turn after the answer is complete
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    expect(new Set(clients).size).toBe(2);
  });

  it("are shared by hosts without rules of their own, and never by verified and unverified", async () => {
    const connections = createConnections(trusting("own.test"));
    const dispatcher = (url: string, verify = true) => connections.dispatcher(new URL(url), { verify });
    expect(await dispatcher("https://a.test/")).toBe(await dispatcher("https://b.test/x"));
    expect(await dispatcher("http://a.test/")).toBe(await dispatcher("http://own.test/"));
    const different = await Promise.all([
      dispatcher("https://a.test/"),
      dispatcher("https://a.test/", false),
      dispatcher("https://own.test/"),
      dispatcher("http://a.test/"),
    ]);
    expect(new Set(different).size).toBe(different.length);
  });

  it("made after that are refused", async () => {
    const connections = createConnections(defaultSources);
    await connections[Symbol.asyncDispose]();
    await expect(get(connections, `http://${plainHost}/`)).rejects.toThrow("destroyed");
  });

  it("are cut when they are disposed of", async () => {
    const hanging = createPlainServer(() => {});
    const host = await listening(hanging);
    const connections = createConnections(defaultSources);
    const waiting = get(connections, `http://${host}/`);
    const arrived = new Promise((resolve) => hanging.once("request", resolve));
    await arrived;
    await connections[Symbol.asyncDispose]();
    await expect(waiting).rejects.toThrow();
    await expect(get(connections, `http://${host}/`)).rejects.toThrow();
    hanging.close();
  });
});

describe("proxies", () => {
  const seen: string[] = [];
  const proxy = createPlainServer(({ url = "", headers }, response) => {
    seen.push(`${url} ${headers["proxy-authorization"] ?? "anonymous"}`);
    response.end("from the proxy");
  });
  proxy.on("connect", ({ url = "" }, client, head) => {
    seen.push(`CONNECT ${url}`);
    const { hostname, port } = new URL(`http://${url}`);
    const upstream = connect(Number(port), hostname, () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      upstream.write(head);
      client.pipe(upstream).pipe(client);
    });
    for (const socket of [client, upstream]) socket.on("error", () => upstream.destroy());
  });
  let proxyHost = "";
  beforeAll(async () => {
    proxyHost = await listening(proxy);
  });
  afterAll(() => proxy.close());

  it("policy-server 30: carry requests of their scheme, under the host's own authorities", async () => {
    const proxies = { https: `http://${proxyHost}` };
    await using connections = createConnections({ ...trusting(secureHost), proxies });
    seen.length = 0;
    expect(await get(connections, `https://${secureHost}/`)).toBe("answer");
    expect(await get(connections, `http://${plainHost}/`)).toBe("answer");
    expect(seen).toEqual([`CONNECT ${secureHost}`]);
  });

  it("policy-server 30: carry no request for hosts of no_proxy", async () => {
    const proxies = { http: `user:pass word@${proxyHost}`, none: "10.0.0.0/8,127.0.0.0/8" };
    await using connections = createConnections({ ...defaultSources, proxies });
    seen.length = 0;
    expect(await get(connections, `http://${plainHost}/`)).toBe("answer");
    expect(await get(connections, "http://registry.test/v2/")).toBe("from the proxy");
    const credentials = Buffer.from("user:pass word").toString("base64");
    expect(seen).toEqual([`http://registry.test/v2/ Basic ${credentials}`]);
  });

  it.each([["http://"], ["ftp://p:1"], ["user:secret@:"]])(
    "are refused when they are no URL: %j",
    async (https) => {
      await using connections = createConnections({ ...defaultSources, proxies: { https } });
      await expect(connections.dispatcher(new URL("https://a.test"), { verify: true })).rejects.toMatchObject(
        {
          code: "OCI_SOURCES_INVALID",
          message: "the proxy for https:// URLs is not a URL such as http://proxy:3128",
        },
      );
    },
  );
});
