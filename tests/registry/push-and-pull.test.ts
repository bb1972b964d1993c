import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createRegistryClient, defaultSources, parseReference } from "@kubewarden-ts/oci";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRecordingProxy } from "../support/recording-proxy.ts";
import { type RelayedRequest, startRelay } from "../support/relay.ts";
import { requires } from "../support/requirements.ts";
import { digestOf, pushImage } from "./push.ts";
import { type Registry, startRegistry } from "./start-registry.ts";

const { signal } = new AbortController();
const mebibyte = 1024 * 1024;
const module = Buffer.concat([Buffer.of(0, 0x61, 0x73, 0x6d), Buffer.alloc(9 * mebibyte, "module")]);

describe.skipIf(requires("registry").skip)("pushing to and pulling from a real registry", () => {
  let registry: Registry;
  beforeAll(async () => {
    registry = await startRegistry();
  });
  afterAll(() => registry?.[Symbol.asyncDispose]());

  const clientOf = (host: string) =>
    createRegistryClient({
      sources: { ...defaultSources, insecureSources: new Set([host]) },
      userAgent: "kubewarden-ts-test/1",
    });

  it.each([
    ["in the first chunk", 1],
    ["in the second chunk", 2],
  ])("kwctl-and-oci 11: is completed though it broke off %s", async (_row, nth) => {
    let chunks = 0;
    const breaksOff = ({ method }: { method: string }): boolean => method === "PATCH" && ++chunks === nth;
    await using relay = await startRelay(registry, undefined, { breaksOff });
    await using client = clientOf(relay.host);
    const reference = parseReference(`${relay.host}/broken/off-${nth}:v1`);
    const blob = await client.pushBlob(reference, module, { signal });
    const pulled = await client.fetchBlob(reference, blob, { signal, maxBytes: module.length });
    expect(Buffer.from(pulled).equals(module)).toBe(true);
    expect(relay.count("POST", /uploads/)).toBe(2);
  });

  it("kwctl-and-oci 11: fails, and leaves no blob, where it breaks off each time", async () => {
    await using relay = await startRelay(registry, undefined, {
      breaksOff: ({ method }) => method === "PATCH",
    });
    await using client = clientOf(relay.host);
    const reference = parseReference(`${relay.host}/broken/off:v1`);
    const bytes = Buffer.concat([module, Buffer.from("another")]);
    const push = client.pushBlob(reference, bytes, { signal });
    await expect(push).rejects.toMatchObject({ code: "OCI_UNAVAILABLE" });
    expect(relay.count("PATCH", /uploads/)).toBe(3);
    const blob = client.fetchBlob(reference, { digest: digestOf(bytes) }, { signal, maxBytes: bytes.length });
    await expect(blob).rejects.toMatchObject({ code: "OCI_NOT_FOUND" });
  });

  it("kwctl-and-oci 20: goes on where a download was cut off", async () => {
    let blobs = 0;
    const breaksOff = ({ method, path }: RelayedRequest): boolean =>
      method === "GET" && path.includes("/blobs/sha256") && ++blobs === 1;
    await using relay = await startRelay(registry, undefined, { breaksOff });
    await using client = clientOf(relay.host);
    const reference = parseReference(`${relay.host}/cut/off:v1`);
    const blob = await client.pushBlob(reference, module, { signal });
    const pieces: Uint8Array[] = [];
    const sink = { write: (piece: Uint8Array) => void pieces.push(piece), restart: () => expect.fail() };
    await client.fetchBlobTo(reference, blob, sink, { signal, maxBytes: module.length });
    expect(Buffer.concat(pieces).equals(module)).toBe(true);
    expect(blobs).toBe(2);
  });

  it("kwctl-and-oci 42: goes through the proxy, in both directions", async () => {
    await using proxy = await startRecordingProxy();
    const sources = {
      ...{ ...defaultSources, insecureSources: new Set([registry.host]) },
      proxies: { http: proxy.url, https: proxy.url },
    };
    await using client = createRegistryClient({ sources, userAgent: "kubewarden-ts-test/1" });
    const reference = parseReference(`${registry.host}/through/proxy:v1`);
    const blob = await client.pushBlob(reference, Buffer.from("through a proxy"), { signal });
    const pulled = await client.fetchBlob(reference, blob, { signal, maxBytes: 100 });
    expect(Buffer.from(pulled).toString()).toBe("through a proxy");
    const path = `http://${registry.host}/v2/through/proxy/blobs`;
    for (const method of ["POST", "PUT", "GET"]) {
      expect(proxy.requests).toContainEqual(expect.stringContaining(`${method} ${path}`));
    }
  });

  it("a pull of 20 MB holds less than 60 MB more than nothing does", async () => {
    const size = 20 * 1000 * 1000;
    const layers = [{ bytes: Buffer.alloc(size, "module") }];
    await pushImage(registry, { repository: "large/module", tag: "v1", layers });
    const script = join(import.meta.dirname, "measured-pull.ts");
    const pull = promisify(execFile)(process.execPath, [script, `${registry.host}/large/module:v1`]);
    const { pulledBytes, heldBytes } = JSON.parse((await pull).stdout);
    expect(pulledBytes).toBe(size);
    expect(heldBytes).toBeLessThan(60 * 1000 * 1000);
  });
});
