import { createRegistryClient, defaultSources, type RegistryClient } from "@kubewarden-ts/oci";
import { type FakeRegistry, startFakeRegistry } from "@kubewarden-ts/oci/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { addListed, type ListedEntry } from "./tagged-list.ts";

let registry: FakeRegistry;
let client: RegistryClient;
beforeEach(async () => {
  registry = await startFakeRegistry();
  const sources = { ...defaultSources, insecureSources: new Set([registry.host]) };
  client = createRegistryClient({ sources, userAgent: "test/1", roots: () => [] });
});
afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

const mediaType = "application/vnd.oci.image.index.v1+json";
const base = { schemaVersion: 2, mediaType };
const entryOf = (name: string): ListedEntry => ({
  ...{ tag: "list", mediaType, list: "manifests", base },
  entry: { mediaType, digest: `sha256:${name.repeat(64)}`, size: 1 },
});
const [a, b] = [entryOf("a"), entryOf("b")];

/** @param others - what somebody else does after each of our writes */
function add(listed: ListedEntry, others: () => void = () => {}): Promise<void> {
  const pushManifest: RegistryClient["pushManifest"] = async (...args) => {
    const digest = await client.pushManifest(...args);
    others();
    return digest;
  };
  const reference = { registry: registry.host, repository: "acme/p" };
  const signal = AbortSignal.timeout(20_000);
  return addListed(listed, { reference, registry: { ...client, pushManifest }, signal });
}

const overwrite = (...entries: ListedEntry[]) =>
  registry.putManifest(
    "acme/p",
    { ...base, manifests: entries.map(({ entry }) => entry) },
    { tag: "list", mediaType },
  );
const listed = () => JSON.parse(registry.manifests.get("acme/p:list")?.bytes.toString() ?? "{}").manifests;
const writes = () => registry.requests.filter(({ method }) => method === "PUT").length;

describe("a list under a tag", () => {
  it("is made for the first entry, and keeps what it has for the next", async () => {
    await add(a);
    await add(b);
    expect(listed()).toEqual([a.entry, b.entry]);
  });

  it("is not written when the entry is there", async () => {
    overwrite(b, a);
    await add(a);
    expect({ listed: listed(), writes: writes() }).toEqual({ listed: [b.entry, a.entry], writes: 0 });
  });

  it("keeps an entry that somebody who read it before has overwritten", async () => {
    const once = [() => overwrite(b)];
    await add(a, () => once.pop()?.());
    expect({ listed: listed(), writes: writes() }).toEqual({ listed: [b.entry, a.entry], writes: 2 });
  });

  it("is given up when others overwrite it again and again", async () => {
    await expect(add(a, () => overwrite(b))).rejects.toMatchObject({
      code: "KWCTL_SIGNING_FAILED",
      message: `the signature did not stay in ${registry.host}/acme/p:list, which others write at the same time: sign again when they are done`,
    });
    expect(writes()).toBe(10);
  });

  it("is left alone when it is none", async () => {
    registry.putManifest("acme/p", { ...base, manifests: "none" }, { tag: "list", mediaType });
    await expect(add(a)).rejects.toThrow();
    expect(writes()).toBe(0);
  });
});
