import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { errorText, silentLogger } from "@kubewarden-ts/base";
import {
  createConnections,
  parseSources,
  registryCredentials,
  withEnvironmentProxies,
} from "@kubewarden-ts/oci";
import { moduleLayerType, type StoredModule } from "@kubewarden-ts/policy-store";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openModuleStore } from "../../apps/policy-server/src/modules/open-module-store.ts";
import { startRecordingProxy } from "../support/recording-proxy.ts";
import { requires } from "../support/requirements.ts";
import { pushImage } from "./push.ts";
import { type Registry, type RegistryAuth, type RegistryOptions, startRegistry } from "./start-registry.ts";

const repository = "policies/demo";
const wasm = Buffer.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
const alice = { user: "alice", password: "open: sesame" };
const basic: RegistryAuth = { kind: "basic", ...alice };
const tokens: RegistryAuth = { kind: "token", ...alice };

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kubewarden-ts-modules-"));
});
afterEach(() => rm(folder, { recursive: true }));

interface ServerSide {
  /** what `sources.yml` says */
  sources?: object;
  /** `user:password` by registry, in Docker's `config.json` */
  users?: Record<string, string>;
  env?: Record<string, string>;
}

/** Fetches a module as the policy server does, into an empty store. */
async function fetchAs(
  { sources = {}, users = {}, env = {} }: ServerSide,
  image: string,
): Promise<StoredModule> {
  const auths = Object.entries(users).map(([host, user]) => [
    host,
    { auth: Buffer.from(user).toString("base64") },
  ]);
  const configured = join(folder, "docker");
  await mkdir(configured, { recursive: true });
  await writeFile(join(configured, "config.json"), JSON.stringify({ auths: Object.fromEntries(auths) }));
  const rules = withEnvironmentProxies(await parseSources(JSON.stringify(sources)), env);
  await using connections = createConnections(rules, { roots: () => [] });
  const credentials = registryCredentials({ configured, env, log: silentLogger });
  const config = { downloadFolder: join(folder, "store"), maxModuleBytes: 1024 };
  await using store = openModuleStore(config, {
    ...{ connections, credentials, signatures: undefined, log: silentLogger },
  });
  return await store.fetch(image, { signal: AbortSignal.timeout(20_000) });
}

const textOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => "fetched",
    (error: unknown) => errorText(error),
  );

describe.skipIf(requires("registry").skip)("modules from a real registry", () => {
  /** By a name for what it asks of clients; all hold the same module. */
  const registries = new Map<string, Registry>();
  const kinds: [string, RegistryOptions][] = [
    ["plain", {}],
    ["tls", { tls: true }],
    ["basic", { tls: true, auth: basic }],
    ["tokens", { tls: true, auth: tokens }],
    ["plain basic", { auth: basic }],
  ];
  beforeAll(async () => {
    for (const [kind, options] of kinds) {
      const registry = await startRegistry(options);
      registries.set(kind, registry);
      await pushImage(registry, {
        repository,
        tag: "v1",
        layers: [{ bytes: wasm, mediaType: moduleLayerType }],
      });
    }
  });
  afterAll(async () => {
    for (const registry of registries.values()) await registry[Symbol.asyncDispose]();
  });

  const registryOf = (kind: string): Registry => registries.get(kind) ?? expect.fail();
  const trusting = ({ host, ca }: Registry, other = host) => ({
    source_authorities: { [other]: [{ type: "Data", data: ca ?? "" }] },
  });
  const listing = ({ host }: Registry) => ({ insecure_sources: [host] });
  const image = ({ host }: Registry) => `registry://${host}/${repository}:v1`;

  it.each<[string, string, (registry: Registry) => ServerSide]>([
    ["that is listed as insecure, by plain HTTP", "plain", (registry) => ({ sources: listing(registry) })],
    ["that is listed as insecure, by TLS", "tls", (registry) => ({ sources: listing(registry) })],
    ["under an authority of its own", "tls", (registry) => ({ sources: trusting(registry) })],
    [
      "with Basic",
      "basic",
      (registry) => ({ sources: trusting(registry), users: { [registry.host]: "alice:open: sesame" } }),
    ],
    [
      "with tokens",
      "tokens",
      (registry) => ({ sources: trusting(registry), users: { [registry.host]: "alice:open: sesame" } }),
    ],
    [
      "with Basic by plain HTTP",
      "plain basic",
      (registry) => ({ sources: listing(registry), users: { [registry.host]: "alice:open: sesame" } }),
    ],
  ])("policy-server 29, 30: come from one %s", async (_row, kind, side) => {
    const registry = registryOf(kind);
    const module = await fetchAs(side(registry), image(registry));
    expect(Buffer.from(module.bytes)).toEqual(wasm);
    expect(module.path).toBe(join(folder, "store/registry", registry.host, `${repository}:v1`));
  });

  const unreachable = /error sending request for url/;
  const notAuthorized = /Not authorized: url /;
  it.each<[string, string, RegExp, (registry: Registry) => ServerSide]>([
    ["that speaks plain HTTP and is not listed", "plain", unreachable, () => ({})],
    ["of an unknown authority", "tls", unreachable, () => ({})],
    [
      "whose authority is trusted for another port only",
      "tls",
      unreachable,
      (registry) => ({ sources: trusting(registry, "127.0.0.1:1") }),
    ],
    [
      "that wants Basic, without a user",
      "basic",
      notAuthorized,
      (registry) => ({ sources: trusting(registry) }),
    ],
    [
      "that wants Basic, with a wrong password",
      "basic",
      notAuthorized,
      (registry) => ({ sources: trusting(registry), users: { [registry.host]: "alice:wrong" } }),
    ],
    [
      "that wants tokens, with the user of another registry",
      "tokens",
      notAuthorized,
      (registry) => ({ sources: trusting(registry), users: { "127.0.0.1:1": "alice:open: sesame" } }),
    ],
  ])("policy-server 30: do not come from one %s", async (_row, kind, text, side) => {
    const registry = registryOf(kind);
    expect(await textOf(fetchAs(side(registry), image(registry)))).toMatch(text);
  });

  describe("policy-server 30: through a proxy", () => {
    it.each([
      ["plain", /^GET http:\/\/127\.0\.0\.1:\d+\/v2\/policies\/demo\/blobs\//],
      ["tls", /^CONNECT 127\.0\.0\.1:\d+$/],
    ])("when the environment names one: %s", async (kind, passed) => {
      await using proxy = await startRecordingProxy();
      const registry = registryOf(kind);
      const env = { HTTP_PROXY: proxy.url, HTTPS_PROXY: proxy.url };
      const sources = kind === "plain" ? listing(registry) : trusting(registry);
      await fetchAs({ sources, env }, image(registry));
      expect(proxy.requests).toContainEqual(expect.stringMatching(passed));
    });

    it("of the file rather than the one of the environment", async () => {
      await using proxy = await startRecordingProxy();
      await using other = await startRecordingProxy();
      const registry = registryOf("tls");
      const sources = { ...trusting(registry), proxies: { https_proxy: proxy.url } };
      await fetchAs({ sources, env: { https_proxy: other.url } }, image(registry));
      expect([proxy.requests.length > 0, other.requests]).toEqual([true, []]);
    });

    it.each([
      ["no_proxy of the file", { proxies: { no_proxy: "127.0.0.0/8" } }, {}],
      ["NO_PROXY of the environment", {}, { NO_PROXY: "localhost,127.0.0.1" }],
    ])("not for hosts of %s", async (_row, rules, env) => {
      await using proxy = await startRecordingProxy();
      const registry = registryOf("tls");
      const sources = { ...trusting(registry), ...rules };
      await fetchAs({ sources, env: { ...env, HTTPS_PROXY: proxy.url } }, image(registry));
      expect(proxy.requests).toEqual([]);
    });
  });

  it("policy-server 30: credentials do not follow to where a registry keeps its blobs", async () => {
    const registry = registryOf("plain basic");
    const seen: { storage: IncomingHttpHeaders[]; front: IncomingHttpHeaders[] } = { storage: [], front: [] };
    const forward = (path: string, { accept = "*/*" }: IncomingHttpHeaders) =>
      registry.send({ method: "GET", path, repository, headers: { accept } });
    await using storage = await listening(async ({ url, headers }) => {
      seen.storage.push(headers);
      return await forward(url, headers);
    });
    await using front = await listening(async ({ url, headers }) => {
      seen.front.push(headers);
      if (headers.authorization === undefined) {
        return { status: 401, headers: { "www-authenticate": 'Basic realm="front"' }, body: Buffer.of() };
      }
      if (!url.includes("/blobs/")) return await forward(url, headers);
      return { status: 307, headers: { location: `http://${storage.host}${url}` }, body: Buffer.of() };
    });
    const sources = { insecure_sources: [front.host, storage.host] };
    const users = { [front.host]: "alice:open: sesame", [storage.host]: "bob:other" };
    await fetchAs({ sources, users }, `${front.host}/${repository}:v1`);
    expect(seen.front.some(({ authorization }) => authorization !== undefined)).toBe(true);
    expect(seen.storage.map(({ authorization }) => authorization)).toEqual([undefined]);
  });
});

interface Answered {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A server on a free port. */
async function listening(
  answer: (request: { url: string; headers: IncomingHttpHeaders }) => Promise<Answered>,
): Promise<AsyncDisposable & { host: string }> {
  const server = createServer(async ({ url = "", headers }, response) => {
    const { status, headers: answered, body } = await answer({ url, headers });
    response.writeHead(status, answered).end(body);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("a TCP server has a port");
  return {
    host: `127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}
