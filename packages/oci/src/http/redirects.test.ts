import { issueCertificate } from "@kubewarden-ts/x509/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { answers, clientFor, imageAt, jane } from "../testing/client-under-test.ts";
import { type FakeRegistry, startFakeRegistry } from "../testing/fake-registry.ts";

const { signal } = new AbortController();
const limits = { maxBytes: 1000, signal };
const root = issueCertificate("root", { authority: true });
const tls = issueCertificate("registry", { issuer: root });

let registry: FakeRegistry;
let other: FakeRegistry;
beforeAll(async () => {
  [registry, other] = await Promise.all([startFakeRegistry(), startFakeRegistry()]);
});
beforeEach(() => {
  for (const each of [registry, other]) {
    each.intercept = undefined;
    each.requests.length = 0;
  }
});
afterAll(async () => {
  for (const each of [registry, other]) await each[Symbol.asyncDispose]();
});

const manifestUrl = "/v2/acme/app/manifests/v1";

describe("redirects", () => {
  const moved = (location: string, status = 307) => ({ status, headers: { location }, body: "moved" });

  it.each([301, 302, 303, 307, 308])(
    "of status %i are followed within the registry, with credentials",
    async (status) => {
      await using guarded = await startFakeRegistry({ auth: { kind: "basic", users: { jane: "secret" } } });
      const layer = guarded.putBlob("layer");
      guarded.intercept = answers(moved(`/v2/acme/app/blobs/${layer}?x=1`, status));
      await using client = clientFor([guarded], { credentials: jane });
      const blob = await client.fetchBlob(imageAt(guarded), { digest: layer }, limits);
      expect(Buffer.from(blob).toString()).toBe("layer");
      expect(guarded.requests.at(-1)).toMatchObject({
        url: `/v2/acme/app/blobs/${layer}?x=1`,
        headers: { authorization: expect.stringMatching(/^Basic /) },
      });
    },
  );

  it("kwctl-and-oci 18: carry no credentials to another origin, nor back from there", async () => {
    await using guarded = await startFakeRegistry({ auth: { kind: "basic", users: { jane: "secret" } } });
    const layer = guarded.putBlob("layer");
    guarded.intercept = answers(moved(`${other.url}/storage?signature=s`), { status: 200, body: "layer" });
    other.intercept = () => moved(`${guarded.url}/v2/acme/app/blobs/${layer}`);
    await using client = clientFor([guarded, other], { credentials: jane });
    await client.fetchBlob(imageAt(guarded), { digest: layer }, limits);
    expect(other.requests).toHaveLength(1);
    expect(other.requests[0]?.headers).not.toHaveProperty("authorization");
    expect(guarded.requests.map(({ headers }) => "authorization" in headers)).toEqual([false, true, false]);
  });

  it("kwctl-and-oci 18: let nobody else ask for what is for the registry alone", async () => {
    await using thief = await startFakeRegistry({ auth: { kind: "bearer", users: { jane: "secret" } } });
    registry.intercept = ({ url }) => (url === "/v2/" ? moved(`${thief.url}/v2/`) : undefined);
    await using client = clientFor([registry, thief], { credentials: jane });
    await client.fetchDigest(imageAt(registry), { signal }).catch(() => {});
    expect(thief.requests.map(({ url }) => url.split("?")[0])).toContain("/token");
    expect(thief.requests.filter(({ headers }) => headers.authorization !== undefined)).toEqual([]);
  });

  it("lead from plain HTTP to plain HTTP elsewhere, from TLS only to listed hosts", async () => {
    const layer = registry.putBlob("layer");
    other.intercept = () => ({ status: 200, body: "layer" });
    registry.intercept = answers(moved(`${other.url}/x`));
    await using plain = clientFor([registry]);
    await plain.fetchBlob(imageAt(registry), { digest: layer }, limits);

    await using secure = await startFakeRegistry({ tls });
    const authorities = new Map([[secure.host, [root.cert]]]);
    const fetchFrom = async (listed: { host: string }[]) => {
      secure.intercept = answers(moved(`${other.url}/x?signature=SECRET`));
      await using client = clientFor(listed, { sources: { authorities } });
      return await client.fetchBlob(imageAt(secure), { digest: layer }, limits);
    };
    await expect(fetchFrom([])).rejects.toMatchObject({
      code: "OCI_INSECURE",
      message: `Fail to interact with OCI registry: ${other.url}/x: plain HTTP needs ${other.host} in insecure_sources`,
    });
    expect(Buffer.from(await fetchFrom([other])).toString()).toBe("layer");
  });

  it.each([
    ["in a circle", manifestUrl, "more than 10 redirects"],
    ["to a file", "file:///etc/passwd", "leads to a file: URL"],
    ["to nonsense", "http://", "redirects to an invalid URL"],
  ])("%s are refused", async (_row, location, text) => {
    registry.intercept = ({ url }) => (url === "/v2/" ? undefined : moved(location));
    await using client = clientFor([registry]);
    await expect(client.fetchManifest(imageAt(registry), { signal })).rejects.toMatchObject({
      code: "OCI_PROTOCOL",
      message: expect.stringMatching(
        `^Fail to interact with OCI registry: OCI distribution spec violation: .*${text}`,
      ),
    });
  });
});
