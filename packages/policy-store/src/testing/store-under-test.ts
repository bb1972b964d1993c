import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLogger, errorText } from "@kubewarden-ts/base";
import { createConnections, createRegistryClient, defaultSources } from "@kubewarden-ts/oci";
import { type FakeRegistry, startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { moduleLayerType } from "../image-module.ts";
import { createModuleStore, type ModuleStore, type ModuleStoreOptions } from "../module-store.ts";

/** A clock that stands; sleepers sleep no time. */
const standingClock = { now: () => 1_800_000_000_000, sleep: async () => {} };

/** A module of nothing but a custom section, which tells it from others. */
export function moduleOf(text: string): Uint8Array {
  const content = Buffer.from(`\x01x${text}`);
  const section = Buffer.concat([Buffer.of(0, content.length), content]);
  return Buffer.concat([Buffer.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0), section]);
}

/** What a module of `moduleOf` is told by. */
export const moduleText = ({ bytes }: { bytes: Uint8Array }): string =>
  Buffer.from(bytes.subarray(12)).toString();

/** How a promise fails: the code and the text of its error. */
export async function failure(promise: Promise<unknown>): Promise<{ code: unknown; text: string }> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return { code, text: errorText(error) };
}

/** A store in an empty folder, with a registry in this process. */
export interface StoreUnderTest extends AsyncDisposable {
  readonly registry: FakeRegistry;
  /** of the store */
  readonly root: string;
  /** What was warned about. */
  readonly warnings: string[];
  readonly store: ModuleStore;
  /** Puts a module under a tag of `acme/p`; the digest of its manifest. */
  put(tag: string, text: string): string;
  /** Another store in the same folder, as of another process. */
  reopened(changes?: Partial<ModuleStoreOptions>): ModuleStore;
  /** What the registry was asked for since the last call, in order, without the question who may ask. */
  asked(): string[];
}

export async function storeUnderTest(changes: Partial<ModuleStoreOptions> = {}): Promise<StoreUnderTest> {
  await using parts = new AsyncDisposableStack();
  const root = await mkdtemp(join(tmpdir(), "kubewarden-ts-store-"));
  parts.defer(() => rm(root, { recursive: true, force: true }));
  const registry = parts.use(await startFakeRegistry());
  const sources = { ...defaultSources, insecureSources: new Set([registry.host]) };
  const common = { userAgent: "test/1", clock: standingClock, roots: () => [] };
  const client = parts.use(createRegistryClient({ ...common, sources }));
  const connections = parts.use(createConnections(sources, { roots: () => [] }));
  const warnings: string[] = [];
  const log = createLogger({ level: "warn", target: "test", write: ({ message }) => warnings.push(message) });
  const reopened: StoreUnderTest["reopened"] = (more) =>
    createModuleStore({
      ...{ root, client, platform: { os: "linux", architecture: "amd64" }, maxBytes: 1024, log },
      ...{ web: { connections, clock: standingClock }, ...changes, ...more },
    });
  const owned = parts.move();
  return {
    ...{ registry, root, warnings, store: reopened(), reopened },
    put: (tag, text) =>
      registry.putImage("acme/p", { tag, layer: moduleOf(text), layerType: moduleLayerType }),
    asked() {
      const requests = registry.requests.splice(0).map(({ method, url }) => `${method} ${url}`);
      return requests
        .filter((request) => request !== "GET /v2/")
        .map((request) => request.replace("/v2/acme/p/", ""));
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
