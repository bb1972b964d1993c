import { describe, expect, it } from "vitest";
import { clientFor, hash, imageAt, jane, nowhere } from "./testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "./testing/fake-registry.ts";
import { type FakeAnswer, failure } from "./testing/fake-storage.ts";

const { signal } = new AbortController();
const indexType = "application/vnd.oci.image.index.v1+json";
const bundle = "application/vnd.dev.sigstore.bundle.v0.3+json";

/** Answers in place of everything but the first question. */
function answering(registry: FakeRegistry, answer: FakeAnswer): void {
  registry.intercept = ({ url }) => (url === "/v2/" ? undefined : answer);
}

const pathsOf = ({ requests }: FakeRegistry): string[] =>
  requests.map(({ url }) => url).filter((url) => url !== "/v2/");

/** An image, and two manifests that refer to it. */
function putSigned(registry: FakeRegistry): { digest: string; referrers: string[] } {
  const digest = registry.putImage("acme/app", { tag: "v1" });
  const refer = (artifactType: string) =>
    registry.putManifest("acme/app", {
      ...{ schemaVersion: 2, artifactType, subject: { digest }, layers: [] },
      ...{ config: { mediaType: "application/vnd.oci.empty.v1+json", digest: nowhere, size: 2 } },
      annotations: { kind: artifactType },
    });
  registry.putManifest("acme/other", { schemaVersion: 2, subject: { digest } });
  return { digest, referrers: [refer(bundle), refer("application/spdx+json")] };
}

describe("fetchTags", () => {
  it("gives all pages, with authorization", async () => {
    const auth = { kind: "bearer", users: { jane: "secret" } } as const;
    await using registry = await startFakeRegistry({ pageSize: 2, auth });
    const tags = ["v1", "v2", "latest", "v1.0.0-rc.1", "_x"];
    for (const tag of tags) registry.putImage("acme/app", { tag });
    registry.putImage("acme/other", { tag: "elsewhere" });
    await using client = clientFor([registry], { credentials: jane });
    expect(await client.fetchTags(imageAt(registry), { signal })).toEqual(tags);
    expect(pathsOf(registry)).toHaveLength(1 + 3);
  });

  it.each<[string, FakeAnswer, unknown]>([
    ["a list that is null", { status: 200, body: '{"name":"acme/app","tags":null}' }, []],
    ["a tag twice", { status: 200, body: '{"tags":["a","a"]}' }, ["a"]],
    [
      "a link that leads elsewhere than on",
      { status: 200, headers: { link: '</x>; rel="prev"' }, body: '{"tags":["a"]}' },
      ["a"],
    ],
  ])("takes %s", async (_row, answer, expected) => {
    await using registry = await startFakeRegistry();
    answering(registry, answer);
    await using client = clientFor([registry]);
    expect(await client.fetchTags(imageAt(registry), { signal })).toEqual(expected);
  });

  it.each<[string, FakeAnswer, string]>([
    ["a page for people", { status: 200, body: "<html>" }, "OCI_PROTOCOL"],
    ["no list", { status: 200, body: '{"name":"acme/app"}' }, "OCI_PROTOCOL"],
    ["a list of something else", { status: 200, body: '{"tags":[1]}' }, "OCI_PROTOCOL"],
    ["what cannot be a tag", { status: 200, body: '{"tags":["\\u001b[2J"]}' }, "OCI_PROTOCOL"],
    ["an unknown repository", failure(404, "NAME_UNKNOWN", "repository name not known"), "OCI_NOT_FOUND"],
    [
      "a next page at another host",
      { status: 200, headers: { link: '<http://127.0.0.1:1/x>; rel="next"' }, body: '{"tags":["a"]}' },
      "OCI_PROTOCOL",
    ],
    [
      "a list that does not end",
      { status: 200, headers: { link: '</v2/acme/app/tags/list>; rel="next"' }, body: '{"tags":["a"]}' },
      "OCI_TOO_LARGE",
    ],
  ])("refuses %s", async (_row, answer, code) => {
    await using registry = await startFakeRegistry();
    answering(registry, answer);
    await using client = clientFor([registry]);
    await expect(client.fetchTags(imageAt(registry), { signal })).rejects.toMatchObject({ code });
  });
});

describe("kwctl-and-oci 22: fetchReferrers", () => {
  it("gives what the registry lists, all pages, with types and annotations", async () => {
    await using registry = await startFakeRegistry({ pageSize: 1 });
    const { digest, referrers } = putSigned(registry);
    await using client = clientFor([registry]);
    const found = await client.fetchReferrers(imageAt(registry), digest, { signal });
    expect(found.map((each) => each.digest)).toEqual(referrers);
    expect(found[0]).toMatchObject({
      ...{ mediaType: "application/vnd.oci.image.manifest.v1+json", artifactType: bundle },
      ...{ size: expect.any(Number), annotations: new Map([["kind", bundle]]) },
    });
    expect(pathsOf(registry)[0]).toBe(`/v2/acme/app/referrers/${digest}`);
  });

  it("gives those of one type where they are asked for", async () => {
    await using registry = await startFakeRegistry();
    const { digest, referrers } = putSigned(registry);
    await using client = clientFor([registry]);
    const found = await client.fetchReferrers(imageAt(registry), digest, { signal, artifactType: bundle });
    expect(found.map((each) => each.digest)).toEqual(referrers.slice(0, 1));
  });

  it("gives nothing where nothing refers, without looking for a tag", async () => {
    await using registry = await startFakeRegistry();
    await using client = clientFor([registry]);
    expect(await client.fetchReferrers(imageAt(registry), nowhere, { signal })).toEqual([]);
    expect(pathsOf(registry)).toHaveLength(1);
  });

  const entry = { mediaType: "application/vnd.oci.image.manifest.v1+json", digest: nowhere, size: 2 };
  const index = { schemaVersion: 2, mediaType: indexType, manifests: [{ ...entry, artifactType: bundle }] };

  it.each<[string, FakeAnswer]>([
    ["does not know the question", { status: 404, body: "404 page not found" }],
    ["does not know the method", { status: 405 }],
    [
      "answers with a page for people",
      { status: 200, headers: { "content-type": "text/html" }, body: "<html>" },
    ],
    ["answers with a type that is none", { status: 200, body: "{}" }],
  ])("reads the index under the tag where a registry %s", async (_row, answer) => {
    await using registry = await startFakeRegistry();
    registry.intercept = ({ url }) => (url.includes("/referrers/") ? answer : undefined);
    const digest = hash("sha256", "subject");
    registry.putManifest("acme/app", index, { tag: digest.replace(":", "-"), mediaType: indexType });
    await using client = clientFor([registry]);
    expect(await client.fetchReferrers(imageAt(registry), digest, { signal })).toMatchObject([
      { digest: nowhere, artifactType: bundle },
    ]);
    expect(await client.fetchReferrers(imageAt(registry), nowhere, { signal })).toEqual([]);
  });

  it.each<[string, FakeAnswer, string]>([
    [
      "is an image",
      { status: 200, body: JSON.stringify({ schemaVersion: 2, config: entry, layers: [] }) },
      "OCI_MANIFEST_INVALID",
    ],
    ["is a page for people", { status: 200, body: "<html>" }, "OCI_MANIFEST_INVALID"],
    [
      "is not given to us",
      failure(403, "DENIED", "requested access to the resource is denied"),
      "OCI_REFUSED",
    ],
    ["cannot be read now", { status: 503 }, "OCI_UNAVAILABLE"],
  ])("refuses an index under the tag that %s, never as an empty list", async (_row, answer, code) => {
    await using registry = await startFakeRegistry({ referrers: false });
    registry.intercept = ({ url }) => (url.includes("/manifests/sha256-") ? answer : undefined);
    await using client = clientFor([registry]);
    await expect(client.fetchReferrers(imageAt(registry), nowhere, { signal })).rejects.toMatchObject({
      code,
    });
  });

  it("cuts the tag of a long digest", async () => {
    await using registry = await startFakeRegistry({ referrers: false });
    const digest = hash("sha512", "subject");
    const tag = `sha512-${digest.slice(7, 7 + 64)}`;
    registry.putManifest("acme/app", index, { tag, mediaType: indexType });
    await using client = clientFor([registry]);
    expect(await client.fetchReferrers(imageAt(registry), digest, { signal })).toHaveLength(1);
  });

  const listed = (body: unknown): FakeAnswer => ({
    status: 200,
    headers: { "content-type": indexType },
    body: typeof body === "string" ? body : JSON.stringify(body),
  });

  it.each<[string, FakeAnswer, string]>([
    ["what is no JSON", listed("<html>"), "OCI_MANIFEST_INVALID"],
    [
      "an image in place of an index",
      listed({ schemaVersion: 2, config: entry, layers: [] }),
      "OCI_MANIFEST_INVALID",
    ],
    [
      "an entry without a digest",
      listed({ ...index, manifests: [{ mediaType: "x", size: 1 }] }),
      "OCI_MANIFEST_INVALID",
    ],
    [
      "a key that stands twice",
      listed('{"schemaVersion":2,"manifests":[],"manifests":[]}'),
      "OCI_MANIFEST_INVALID",
    ],
    ["a refusal", failure(403, "DENIED", "requested access to the resource is denied"), "OCI_REFUSED"],
    ["strangers", failure(401, "UNAUTHORIZED", "authentication required"), "OCI_UNAUTHORIZED"],
    ["a registry that is down", { status: 503 }, "OCI_UNAVAILABLE"],
  ])("refuses %s, never as an empty list", async (_row, answer, code) => {
    await using registry = await startFakeRegistry();
    answering(registry, answer);
    await using client = clientFor([registry]);
    const fetched = client.fetchReferrers(imageAt(registry), nowhere, { signal });
    await expect(fetched).rejects.toMatchObject({ code });
  });

  it("takes a list that is null for an empty one, and refuses what is no digest", async () => {
    await using registry = await startFakeRegistry();
    answering(registry, listed({ schemaVersion: 2, manifests: null }));
    await using client = clientFor([registry]);
    expect(await client.fetchReferrers(imageAt(registry), nowhere, { signal })).toEqual([]);
    await expect(client.fetchReferrers(imageAt(registry), "v1", { signal })).rejects.toMatchObject({
      code: "OCI_REFERENCE_INVALID",
    });
  });
});
