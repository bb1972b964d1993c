import { createServer } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";
import { silentLogger } from "@kubewarden-ts/base";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ClusterAccess } from "../access/cluster-access.ts";
import { createFakeApiServer, type FakeApiServer, staticAccess } from "../testing/index.ts";
import { selfSigned } from "../testing/self-signed.ts";
import { createKubeClient } from "./kube-client.ts";

const [serverCertificate, otherCertificate, clientCertificate] = [
  selfSigned("server", ["api.internal"]),
  selfSigned("other"),
  selfSigned("client"),
];
const trusted = { ca: serverCertificate.cert };

let plain: FakeApiServer;
let secure: FakeApiServer;
/** names of the client certificates that came */
const seen: (string | undefined)[] = [];
beforeAll(async () => {
  plain = await createFakeApiServer();
  secure = await createFakeApiServer({
    tls: { ...serverCertificate, requestCert: true, rejectUnauthorized: false, ca: clientCertificate.cert },
    authorize({ peerName }) {
      seen.push(peerName);
      return undefined;
    },
  });
});
afterAll(async () => {
  await plain[Symbol.asyncDispose]();
  await secure[Symbol.asyncDispose]();
});

async function get(access: ClusterAccess): Promise<number> {
  await using client = createKubeClient(access, { log: silentLogger, userAgent: "test" });
  return (await client.get("/api/v1")).status;
}

describe("TLS", () => {
  it("trusts the authority of the configuration", async () => {
    expect(await get(staticAccess(secure.url, { tls: trusted }))).toBe(200);
  });

  it.each([
    ["none", {}],
    ["another", { ca: otherCertificate.cert }],
  ])("refuses a server whose authority is not trusted: %s", async (_row, tls) => {
    await expect(get(staticAccess(secure.url, { tls }))).rejects.toMatchObject({
      code: "KUBE_UNAVAILABLE",
      message: expect.stringContaining("look at its certificate authority and server name"),
    });
  });

  it("accepts any certificate when told to", async () => {
    expect(await get(staticAccess(secure.url, { verifyServer: false }))).toBe(200);
  });

  it("checks the name it is told", async () => {
    expect(await get(staticAccess(secure.url, { tls: trusted, serverName: "api.internal" }))).toBe(200);
    await expect(
      get(staticAccess(secure.url, { tls: trusted, serverName: "evil.internal" })),
    ).rejects.toMatchObject({
      code: "KUBE_UNAVAILABLE",
    });
  });

  it("shows the client certificate, and a new one on new connections", async () => {
    const mine = { ...trusted, ...clientCertificate };
    const access = { ...staticAccess(secure.url), credentials: async () => ({ headers: {}, tls: current }) };
    let current: typeof trusted & { cert?: string; key?: string } = trusted;
    await using client = createKubeClient(access, { log: silentLogger, userAgent: "test" });
    seen.length = 0;
    await client.get("/api/v1");
    current = mine;
    await client.get("/api/v1");
    await client.get("/api/v1");
    expect(seen).toEqual([undefined, "client", "client"]);
  });
});

describe("proxies", () => {
  it.each(["plain", "secure"])("reach a %s server through an HTTP proxy", async (kind) => {
    const target = kind === "plain" ? plain : secure;
    const asked: (string | undefined)[] = [];
    const sockets = new Set<Socket>();
    const proxy = createServer((message, response) => {
      asked.push(message.url);
      response.end("{}");
    });
    proxy.on("connect", (message, socket: Socket) => {
      asked.push(`CONNECT ${message.url}`);
      const { hostname, port } = new URL(`http://${message.url}`);
      const onward = connect(Number(port), hostname, () => {
        socket.write("HTTP/1.1 200 OK\r\n\r\n");
        onward.pipe(socket).pipe(onward);
      });
      for (const each of [socket, onward]) {
        each.on("error", () => {});
        sockets.add(each);
      }
    });
    await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
    const { port } = proxy.address() as AddressInfo;
    expect(await get(staticAccess(target.url, { tls: trusted, proxy: `http://127.0.0.1:${port}` }))).toBe(
      200,
    );
    expect(asked).toEqual([kind === "plain" ? `${plain.url}/api/v1` : `CONNECT ${new URL(secure.url).host}`]);
    for (const socket of sockets) socket.destroy();
    await new Promise((resolve) => proxy.close(resolve));
  });
});
