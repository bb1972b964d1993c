import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorText } from "@kubewarden-ts/base";
import {
  type Connections,
  createConnections,
  createRegistryClient,
  defaultSources,
  type Sources,
} from "@kubewarden-ts/oci";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Fetch, FetchResponse } from "./http-module.ts";
import { createModuleStore } from "./module-store.ts";

const wasm = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const { signal } = new AbortController();

function insecure(...hosts: string[]): Sources {
  return { ...defaultSources, insecureSources: new Set(hosts) };
}

interface Download {
  connections?: Connections;
  fetch?: Fetch;
  timeoutMs?: number;
  signal?: AbortSignal;
}

/** With connections that live for one call, unless there are some. */
async function downloadUnder(sources: Sources, url: string, options: Download = {}): Promise<Uint8Array> {
  await using client = createRegistryClient({ sources, userAgent: "test/1" });
  await using own = createConnections(sources);
  const { connections = own, fetch, timeoutMs = 60_000 } = options;
  const store = createModuleStore({
    ...{ root: join(folder, "store"), client, platform: { os: "linux", architecture: "amd64" } },
    ...{ web: { connections, ...(fetch && { fetch }) }, maxBytes: 1024, timeoutMs },
  });
  return (await store.download(url, { signal: options.signal ?? signal })).bytes;
}

const download = (url: string, options?: Download) => downloadUnder(defaultSources, url, options);

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "policy-store-"));
  await writeFile(join(folder, "policy.wasm"), wasm);
  await writeFile(join(folder, "text.wasm"), "hello");
  await writeFile(join(folder, "empty.wasm"), "");
  await writeFile(join(folder, "big.wasm"), Buffer.concat([wasm, Buffer.alloc(2000)]));
});
afterAll(() => rm(folder, { recursive: true }));

describe("download of a file", () => {
  it("reads it in place", async () => {
    expect([...(await download(`file://${folder}/policy.wasm`))]).toEqual([...wasm]);
  });

  it.each([
    ["missing.wasm", "STORE_FILE_UNREADABLE", "No such file or directory (os error 2)"],
    ["", "STORE_FILE_UNREADABLE", "Is a directory (os error 21)"],
    ["policy.wasm/x", "STORE_FILE_UNREADABLE", "Not a directory (os error 20)"],
    ["text.wasm", "STORE_NOT_WASM", "invalid wasm file"],
    ["empty.wasm", "STORE_NOT_WASM", "invalid wasm file"],
    ["big.wasm", "STORE_TOO_LARGE", "the module is larger than 1024 bytes"],
  ])("refuses %j with %s", async (name, code, message) => {
    await expect(download(`file://${folder}/${name}`)).rejects.toMatchObject({ code, message });
  });

  it("stops when the caller does", async () => {
    const stopped = { signal: AbortSignal.abort() };
    await expect(download(`file://${folder}/policy.wasm`, stopped)).rejects.toMatchObject({
      code: "STORE_ABORTED",
    });
  });
});

/** Not worth another attempt. */
const noRoute = Object.assign(new Error("no route"), { code: "ENOTFOUND" });

/** A network of canned answers by URL; what is asked of any other URL fails. */
function network(answers: Record<string, Partial<{ status: number; location: string; body: Uint8Array }>>) {
  const asked: string[] = [];
  const fetch: Fetch = async (url): Promise<FetchResponse> => {
    asked.push(url.href);
    const answer = answers[url.href];
    if (answer === undefined) throw new TypeError("fetch failed", { cause: noRoute });
    const { status = 200, location, body = wasm } = answer;
    const chunks = [body.subarray(0, 3), body.subarray(3)];
    return {
      status,
      headers: { get: (name) => (name === "location" ? (location ?? null) : null) },
      body: (async function* () {
        yield* chunks;
      })(),
    };
  };
  return { asked, fetch };
}

describe("download by HTTP", () => {
  it.each([
    ["over TLS", "https://a.test/p.wasm", defaultSources],
    ["plainly from a listed host", "http://a.test/p.wasm", insecure("a.test")],
    ["plainly from a listed host and port", "http://a.test:8080/p.wasm", insecure("a.test:8080")],
  ])("downloads %s", async (_row, url, sources) => {
    const { fetch } = network({ [url]: {} });
    expect([...(await downloadUnder(sources, url, { fetch }))]).toEqual([...wasm]);
  });

  it.each([
    ["unlisted host", "http://a.test/p.wasm", insecure("b.test")],
    ["other port", "http://a.test:8080/p.wasm", insecure("a.test")],
  ])("policy-server 30: refuses plain HTTP to an %s without asking", async (_row, url, sources) => {
    const { asked, fetch } = network({ [url]: {} });
    const module = downloadUnder(sources, url, { fetch });
    await expect(module).rejects.toMatchObject({ code: "STORE_INSECURE_SOURCE" });
    expect(asked).toEqual([]);
  });

  it("follows redirects, also relative ones", async () => {
    const { asked, fetch } = network({
      "https://a.test/p": { status: 302, location: "/q" },
      "https://a.test/q": { status: 307, location: "https://b.test/r" },
      "https://b.test/r": {},
    });
    await download("https://a.test/p", { fetch });
    expect(asked).toEqual(["https://a.test/p", "https://a.test/q", "https://b.test/r"]);
  });

  it.each([
    ["to plain HTTP", "http://b.test/p", "STORE_INSECURE_SOURCE"],
    ["in a circle", "https://a.test/p", "STORE_UNREACHABLE"],
    ["to a file", "file:///etc/passwd", "STORE_INSECURE_SOURCE"],
    ["to nonsense", "https://", "STORE_URL_INVALID"],
  ])("refuses a redirect %s", async (_row, location, code) => {
    const { fetch } = network({ "https://a.test/p": { status: 302, location } });
    await expect(download("https://a.test/p", { fetch })).rejects.toMatchObject({ code });
  });

  it.each([
    ["another status", { status: 404 }, "STORE_HTTP_STATUS", "HTTP status 404"],
    ["a page", { body: Buffer.from("<html>") }, "STORE_NOT_WASM", "invalid wasm file"],
    [
      "too many bytes",
      { body: Buffer.alloc(1025) },
      "STORE_TOO_LARGE",
      "the module is larger than 1024 bytes",
    ],
  ])("refuses %s", async (_row, answer, code, message) => {
    const { fetch } = network({ "https://a.test/p": answer });
    const module = download("https://a.test/p", { fetch });
    await expect(module).rejects.toMatchObject({ code, message });
  });

  it("says what went wrong in the network", async () => {
    const { fetch } = network({});
    const error = await download("https://a.test/p", { fetch }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "STORE_UNREACHABLE" });
    expect(errorText(error)).toBe("error sending request for url (https://a.test/p): no route");
  });

  it("tries a listed host again without checking its certificate", async () => {
    const { asked, fetch } = network({});
    const module = downloadUnder(insecure("a.test"), "https://a.test/p", { fetch });
    await expect(module).rejects.toMatchObject({ code: "STORE_UNREACHABLE" });
    expect(asked).toHaveLength(2);
  });
});

describe("download over a socket", () => {
  async function withServer<T>(listener: RequestListener, use: (host: string) => Promise<T>): Promise<T> {
    const server = createServer(listener);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo; // never a pipe here
    try {
      return await use(`127.0.0.1:${port}`);
    } finally {
      server.closeAllConnections();
      server.close();
    }
  }

  it("downloads a module", async () => {
    const bytes = await withServer(
      (_request, response) => void response.end(wasm),
      (host) => downloadUnder(insecure(host), `http://${host}/p.wasm`),
    );
    expect([...bytes]).toEqual([...wasm]);
  });

  it("stops reading a body that does not end", async () => {
    const endless: RequestListener = (_request, response) => {
      const more = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(512)));
      };
      response.on("drain", more);
      more();
    };
    const module = withServer(endless, (host) => downloadUnder(insecure(host), `http://${host}/p.wasm`));
    await expect(module).rejects.toMatchObject({ code: "STORE_TOO_LARGE" });
  });

  it("gives up when the answer does not come in time", async () => {
    const module = withServer(
      () => {},
      (host) => downloadUnder(insecure(host), `http://${host}/p.wasm`, { timeoutMs: 20 }),
    );
    await expect(module).rejects.toMatchObject({
      code: "STORE_TIMEOUT",
      message: "no complete answer within 20 ms",
    });
  });

  it("uses the proxy of the scheme, but not for hosts that need none", async () => {
    const asked: string[] = [];
    const proxy: RequestListener = (request, response) => {
      asked.push(request.url ?? "");
      response.end(wasm);
    };
    await withServer(proxy, async (host) => {
      const proxies = { http: `http://${host}`, https: "http://127.0.0.1:1", none: "127.0.0.1" };
      const sources = { ...insecure("module.test", host), proxies };
      await downloadUnder(sources, "http://module.test/p.wasm");
      await downloadUnder(sources, `http://${host}/direct.wasm`);
    });
    expect(asked).toEqual(["http://module.test/p.wasm", "/direct.wasm"]);
  });

  it("keeps connections open from one call to the next, also after a redirect and a refusal", async () => {
    const ports = new Set<number | undefined>();
    const listener: RequestListener = ({ url, socket }, response) => {
      ports.add(socket.remotePort);
      if (url === "/moved") response.writeHead(302, { location: "/p.wasm" }).end("moved");
      else response.writeHead(url === "/gone" ? 404 : 200).end(wasm);
    };
    await withServer(listener, async (host) => {
      await using connections = createConnections(insecure(host));
      for (const path of ["p.wasm", "p.wasm", "moved", "p.wasm", "p.wasm"]) {
        await downloadUnder(insecure(host), `http://${host}/${path}`, { connections });
        // the connection is free a turn after the answer is complete
        await new Promise((resolve) => setImmediate(resolve));
      }
      const gone = downloadUnder(insecure(host), `http://${host}/gone`, { connections });
      await expect(gone).rejects.toMatchObject({ code: "STORE_HTTP_STATUS" });
    });
    // of seven requests, only what is discarded may cost its connection
    expect(ports.size).toBeLessThanOrEqual(3);
  });
});
