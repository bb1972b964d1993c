import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, type LogLine, systemClock } from "@kubewarden-ts/base";
import { type Connections, createConnections, defaultSources, type Proxies } from "@kubewarden-ts/oci";
import { afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { startRecordingProxy } from "../../../../tests/support/recording-proxy.ts";
import { type ServedRepository, serveRepository } from "../../fixtures/tuf-repository.ts";
import { createPrivateSigstore } from "../testing/index.ts";
import { publicGoodRepository } from "./public-good.ts";
import { createTrustRoot, type TrustRoot } from "./trust-root.ts";

let trustedRoot: string;
let cacheFolder: string;
let connections: Connections;
const signal = new AbortController().signal;

beforeAll(async () => {
  ({ trustedRoot } = await createPrivateSigstore());
});
beforeEach(async () => {
  cacheFolder = await mkdtemp(join(tmpdir(), "kubewarden-ts-trust-"));
  connections = createConnections(defaultSources, { roots: () => [] });
});
afterEach(async () => {
  await connections[Symbol.asyncDispose]();
  await rm(cacheFolder, { recursive: true });
});

function trustRootOf(
  { url, root }: Pick<ServedRepository, "url" | "root">,
  { lines = [], clock = systemClock }: { lines?: LogLine[]; clock?: typeof systemClock } = {},
): TrustRoot {
  const log = createLogger({ level: "info", target: "test", write: (line) => lines.push(line) });
  return createTrustRoot({
    kind: "public-good",
    cacheFolder,
    connections,
    clock,
    log,
    repository: { url, root },
  });
}

const unavailable = expect.objectContaining({
  code: "SIGSTORE_TRUST_ROOT_UNAVAILABLE",
  message: expect.stringMatching(
    /^Error building Sigstore trust root: .+ Note that verification options were provided, so a Sigstore trust root is required\. .*--sigstore-trust-config\.$/s,
  ),
});

describe("the trust root of a repository", () => {
  it("kwctl-and-oci 16.1: is fetched once for all, and kept where upstream looks for it", async () => {
    await using repository = await serveRepository(trustedRoot);
    const trust = trustRootOf(repository);
    const loaded = await Promise.all([trust.load(signal), trust.load(signal)]);
    expect(loaded[0]).toBe(loaded[1]);
    expect(loaded[0].tlogs).toHaveLength(1);
    expect(await readFile(join(cacheFolder, "trusted_root.json"), "utf8")).toBe(trustedRoot);
    const asked = repository.requests.length;
    await trust.load(signal);
    expect(repository.requests).toHaveLength(asked);
  });

  it("kwctl-and-oci 16.1: is asked for again after a day", async () => {
    await using repository = await serveRepository(trustedRoot);
    const clock = { ...systemClock, nowMs: 0, now: () => clock.nowMs };
    const trust = trustRootOf(repository, { clock });
    await trust.load(signal);
    clock.nowMs = 24 * 3_600_000;
    repository.requests.length = 0;
    await trust.load(signal);
    // what was fetched before is not fetched again
    expect(repository.requests).toEqual(["/2.root.json", "/timestamp.json"]);
  });

  it("kwctl-and-oci 13: is reached through the proxy", async () => {
    await using repository = await serveRepository(trustedRoot);
    await using proxy = await startRecordingProxy();
    const proxies: Proxies = { http: proxy.url };
    await using proxied = createConnections({ ...defaultSources, proxies }, { roots: () => [] });
    connections = proxied;
    await trustRootOf(repository).load(signal);
    expect(proxy.requests.length).toBeGreaterThan(0);
  });

  it("kwctl-and-oci 16.1: without a network, is the one kept, with a warning", async () => {
    const repository = await serveRepository(trustedRoot);
    await trustRootOf(repository).load(signal);
    await repository[Symbol.asyncDispose]();
    const lines: LogLine[] = [];
    expect((await trustRootOf(repository, { lines }).load(signal)).tlogs).toHaveLength(1);
    expect(lines).toMatchObject([
      { level: "warn", message: "the Sigstore trust root cannot be fetched, the one kept is used" },
    ]);
  });

  it("kwctl-and-oci 8: without a network, and nothing kept, is none", async () => {
    const repository = await serveRepository(trustedRoot);
    await repository[Symbol.asyncDispose]();
    await expect(trustRootOf(repository).load(signal)).rejects.toEqual(unavailable);
  });

  it("kwctl-and-oci 8: without a network, is none when what is kept was changed", async () => {
    const repository = await serveRepository(trustedRoot);
    await trustRootOf(repository).load(signal);
    await repository[Symbol.asyncDispose]();
    await writeFile(join(cacheFolder, "targets/trusted_root.json"), trustedRoot.replace("rekor", "r3kor"));
    await expect(trustRootOf(repository).load(signal)).rejects.toEqual(unavailable);
  });

  it("is fetched again when what is kept was changed", async () => {
    await using repository = await serveRepository(trustedRoot);
    await trustRootOf(repository).load(signal);
    await writeFile(join(cacheFolder, "targets/trusted_root.json"), trustedRoot.replace("rekor", "r3kor"));
    expect((await trustRootOf(repository).load(signal)).tlogs[0]?.baseURL).toBe("https://rekor.test");
  });

  it("kwctl-and-oci 16.1: is none when the repository's word for it is over, fetched or kept", async () => {
    const repository = await serveRepository(trustedRoot, { timestampExpires: new Date(0) });
    await expect(trustRootOf(repository).load(signal)).rejects.toEqual(unavailable);
    await repository[Symbol.asyncDispose]();
    await expect(trustRootOf(repository).load(signal)).rejects.toEqual(unavailable);
  });

  it("is none when somebody else signed", async () => {
    const { privateKey } = generateKeyPairSync("ed25519");
    await using repository = await serveRepository(trustedRoot, { timestampKey: privateKey });
    await expect(trustRootOf(repository).load(signal)).rejects.toEqual(unavailable);
  });

  it("is none when the file is another one", async () => {
    await using repository = await serveRepository(trustedRoot);
    for (const path of repository.files.keys()) {
      if (path.startsWith("/targets/")) repository.files.set(path, Buffer.from("{}"));
    }
    await expect(trustRootOf(repository).load(signal)).rejects.toEqual(unavailable);
  });

  it("is none when it cannot be used", async () => {
    await using repository = await serveRepository("{}");
    await expect(trustRootOf(repository).load(signal)).rejects.toEqual(unavailable);
  });

  it("is none for a caller that left", async () => {
    await using repository = await serveRepository(trustedRoot);
    const reason = new Error("left");
    await expect(trustRootOf(repository).load(AbortSignal.abort(reason))).rejects.toBe(reason);
  });
});

describe("the public repository", () => {
  it("is known with its first root", async () => {
    const { url, root } = await publicGoodRepository();
    expect(url).toBe("https://tuf-repo-cdn.sigstore.dev");
    expect(JSON.parse(Buffer.from(root).toString("utf8")).signed._type).toBe("root");
  });
});
