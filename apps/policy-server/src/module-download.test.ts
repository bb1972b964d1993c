import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@kubewarden-ts/base";
import { anonymous, createConnections, defaultSources, type Sources } from "@kubewarden-ts/oci";
import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type WapcGuestName, wapcGuests } from "../../../tests/guests/text/wapc.ts";
import { startRecordingProxy } from "../../../tests/support/recording-proxy.ts";
import { asPolicy, assemble } from "../../../tests/support/text-guest.ts";
import { openModuleStore } from "./modules/open-module-store.ts";
import { endOf, portsOf, spawnProgram } from "./testing/spawned-program.ts";
import { post, startedProgram } from "./testing/started-program.ts";

const moduleOf = (guest: WapcGuestName): Uint8Array => asPolicy(assemble(wapcGuests[guest]));
const accepting = moduleOf("accept");
const root = issueCertificate("root", { authority: true });
const certificate = issueCertificate("modules", { issuer: root });

let folder = "";
let server: Server;
let host = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-server-modules-"));
  await writeFile(join(folder, "roots.pem"), root.cert);
  server = createServer(certificate, (_request, response) => void response.end(accepting));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  // never a pipe here
  host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

async function download(sources: Partial<Sources>): Promise<Uint8Array> {
  const { signal } = new AbortController();
  await using connections = createConnections({ ...defaultSources, ...sources });
  const config = { downloadFolder: join(folder, "store"), maxModuleBytes: 10_000 };
  await using store = openModuleStore(config, {
    ...{ connections, credentials: anonymous, signatures: undefined, log: silentLogger },
  });
  return (await store.download(`https://${host}/p.wasm`, { signal })).bytes;
}

describe("modules over TLS", () => {
  it("policy-server 30: are refused from a server with an unknown certificate", async () => {
    await expect(download({})).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
  });

  it("policy-server 30: are taken where the host has an authority of its own", async () => {
    const authorities = new Map([[host, [root.cert]]]);
    expect(await download({ authorities })).toHaveLength(accepting.length);
  });

  it("policy-server 30: are refused where another host has that authority", async () => {
    const authorities = new Map([["127.0.0.1", [root.cert]]]);
    await expect(download({ authorities })).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
  });

  it("policy-server 30: are taken from a host that is listed as insecure", async () => {
    expect(await download({ insecureSources: new Set([host]) })).toHaveLength(accepting.length);
  });
});

describe("modules of the program", () => {
  it("policy-server 29, 30: come by the proxy and the authorities of the environment alone", async () => {
    await using proxy = await startRecordingProxy();
    await writeFile(join(folder, "policies.yml"), `p: { module: "https://${host}/a/p.wasm" }\n`);
    const env = { SSL_CERT_FILE: join(folder, "roots.pem"), HTTPS_PROXY: proxy.url };
    const program = spawnProgram(folder, [], { env });
    onTestFinished(() => void program.kill("SIGKILL"));
    const ended = endOf(program);
    expect(await portsOf(program)).toHaveLength(2);
    expect(proxy.requests).toEqual([`CONNECT ${host}`]);
    // the store is the working folder unless told
    expect(await readFile(join(folder, "https", host, "a/p.wasm"))).toEqual(Buffer.from(accepting));
    program.kill("SIGTERM");
    expect(await ended).toEqual({ code: 0, stderr: "" });
  });

  it("policy-server 30: come as the file of sources says, whatever the environment says", async () => {
    await using proxy = await startRecordingProxy();
    const sources = {
      source_authorities: { [host]: [{ type: "Path", path: join(folder, "roots.pem") }] },
      proxies: { https_proxy: proxy.url },
    };
    const path = join(folder, "sources.yml");
    await writeFile(path, JSON.stringify(sources));
    const argv = ["--sources-path", path, "--policies-download-dir", join(folder, "by-file")];
    const policies = { p: { module: `https://${host}/p.wasm` } };
    await using program = await startedProgram(policies, argv, { HTTPS_PROXY: "http://127.0.0.1:1" });
    expect(await post(program, "/validate/p")).toMatchObject({ json: { response: { allowed: true } } });
    expect(proxy.requests).toEqual([`CONNECT ${host}`]);
  });

  it("policy-server 28: that are files are read in place at each start", async () => {
    const path = join(folder, "in-place.wasm");
    const store = join(folder, "never-made");
    for (const [guest, allowed] of [
      ["accept", true],
      ["reject-silently", false],
    ] as const) {
      await writeFile(path, moduleOf(guest));
      const argv = ["--policies-download-dir", store];
      await using program = await startedProgram({ p: { module: `file://${path}` } }, argv);
      expect(await post(program, "/validate/p")).toMatchObject({ json: { response: { allowed } } });
    }
    await expect(readFile(store)).rejects.toMatchObject({ code: "ENOENT" });
  });
});
