import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { createConnections, defaultSources, type Sources } from "@kubewarden-ts/oci";
import { fetchModule } from "@kubewarden-ts/policy-store";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const root = issueCertificate("root", { authority: true });
const certificate = issueCertificate("modules", { issuer: root });

let server: Server;
let host = "";
beforeAll(async () => {
  server = createServer(certificate, (_request, response) => void response.end(wasm));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // never a pipe here
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

async function download(sources: Partial<Sources>): Promise<Uint8Array> {
  const { signal } = new AbortController();
  await using connections = createConnections({ ...defaultSources, ...sources });
  return await fetchModule(`https://${host}/p.wasm`, { signal, maxBytes: 100, connections });
}

describe("modules over TLS", () => {
  it("policy-server 30: are refused from a server with an unknown certificate", async () => {
    await expect(download({})).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
  });

  it("policy-server 30: are taken where the host has an authority of its own", async () => {
    const authorities = new Map([[host, [root.cert]]]);
    expect(await download({ authorities })).toHaveLength(wasm.length);
  });

  it("policy-server 30: are refused where another host has that authority", async () => {
    const authorities = new Map([["127.0.0.1", [root.cert]]]);
    await expect(download({ authorities })).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
  });

  it("policy-server 30: are taken from a host that is listed as insecure", async () => {
    expect(await download({ insecureSources: new Set([host]) })).toHaveLength(wasm.length);
  });
});
